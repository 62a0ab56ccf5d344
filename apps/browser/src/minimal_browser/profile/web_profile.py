"""Creates web profiles: cookies, cache, and what pages may not do."""

from PyQt6.QtCore import QObject
from PyQt6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings

from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.settings.observe import Settings


def create_profile(
    folder: ProfileFolder, settings: Settings, parent: QObject, *, private: bool = False
) -> QWebEngineProfile:
    """Return a profile that is stored in `folder`, or kept in memory if it is `private` or the folder is temporary.

    Permissions are asked for each time, and denied by `WebPage`.
    """
    if private or folder.temporary:
        profile = QWebEngineProfile(parent)
    else:
        profile = QWebEngineProfile("default", parent)
        profile.setPersistentStoragePath(str(folder.web / "storage"))
        profile.setCachePath(str(folder.web / "cache"))
        profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.AllowPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    _configure(not_null(profile.settings()))
    not_null(profile.cookieStore()).setCookieFilter(
        lambda request: not request.thirdParty or settings.values.security.third_party_cookies
    )
    return profile


def _configure(settings: QWebEngineSettings) -> None:
    attribute = QWebEngineSettings.WebAttribute
    for on in (
        attribute.FullScreenSupportEnabled,
        attribute.PdfViewerEnabled,
        attribute.PluginsEnabled,  # of which the PDF viewer is the only one
        attribute.PlaybackRequiresUserGesture,
        attribute.WebRTCPublicInterfacesOnly,
    ):
        settings.setAttribute(on, True)
    for off in (
        attribute.ErrorPageEnabled,  # the browser shows its own, with a hint
        attribute.HyperlinkAuditingEnabled,
        attribute.JavascriptCanAccessClipboard,
        attribute.JavascriptCanPaste,
        attribute.LocalContentCanAccessFileUrls,  # else a local page reads every file, and may send it
        attribute.LocalContentCanAccessRemoteUrls,
        attribute.AllowRunningInsecureContent,
        attribute.ScreenCaptureEnabled,
    ):
        settings.setAttribute(off, False)
