"""What the bundle starts."""

from minimal_browser.__main__ import main

raise SystemExit(main())
