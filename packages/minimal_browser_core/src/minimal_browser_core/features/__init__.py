"""What the browser can do, one module or package a feature: its commands and the small port it needs from the window.

Features never import each other. What several of them share is in `minimal_browser_core.window`.
"""
