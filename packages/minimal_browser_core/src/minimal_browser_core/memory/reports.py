"""What an import has done, in a sentence."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import ImportReport


def describe(report: "ImportReport") -> str:
    """For the person: how many were taken, were there before, were lost, and why the first of those was."""
    parts = [f"{report.taken} taken"]
    if report.skipped:
        parts.append(f"{report.skipped} there before")
    if report.lost_count:
        first = f" (record {report.lost[0].position}: {report.lost[0].reason})" if report.lost else ""
        parts.append(f"{report.lost_count} lost{first}")
    if report.attachments:
        parts.append(f"{report.attachments} attachments left out")
    return ", ".join(parts)
