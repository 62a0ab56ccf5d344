from minimal_browser_core.memory.reports import describe
from minimal_browser_core.storage.transfer.report import ImportReport, LostRecord


def test_a_report_is_told_in_a_sentence() -> None:
    assert describe(ImportReport(0, 0, 0, (), 0)) == "0 taken"
    lost = (LostRecord(7, "it has no question"), LostRecord(9, "x"))
    assert describe(ImportReport(12, 3, 2, lost, 4)) == (
        "12 taken, 3 there before, 2 lost (record 7: it has no question), 4 attachments left out"
    )
