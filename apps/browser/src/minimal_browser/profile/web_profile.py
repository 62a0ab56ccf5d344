"""The web profile: cookies, cache, and what pages may not do."""

from PyQt6.QtCore import QObject
from PyQt6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings

from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.settings.schema import Config


def create_profile(folder: ProfileFolder, config: Config, parent: QObject) -> QWebEngineProfile:
    """Persistent, or in memory where the folder is temporary. Permissions are asked for each time: page.py denies."""
    if folder.temporary:
        profile = QWebEngineProfile(parent)
    else:
        profile = QWebEngineProfile("default", parent)
        profile.setPersistentStoragePath(str(folder.web / "storage"))
        profile.setCachePath(str(folder.web / "cache"))
        profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.AllowPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    _settle(not_null(profile.settings()), javascript=config.security.javascript)
    if not config.security.third_party_cookies:
        not_null(profile.cookieStore()).setCookieFilter(lambda request: not request.thirdParty)
    return profile


def _settle(settings: QWebEngineSettings, *, javascript: bool) -> None:
    attribute = QWebEngineSettings.WebAttribute
    settings.setAttribute(attribute.JavascriptEnabled, javascript)
    for on in (
        attribute.FullScreenSupportEnabled,
        attribute.PdfViewerEnabled,
        attribute.PlaybackRequiresUserGesture,
        attribute.WebRTCPublicInterfacesOnly,
    ):
        settings.setAttribute(on, True)
    for off in (
        attribute.ErrorPageEnabled,  # ours says what to do
        attribute.HyperlinkAuditingEnabled,
        attribute.JavascriptCanAccessClipboard,
        attribute.JavascriptCanPaste,
        attribute.LocalContentCanAccessFileUrls,  # else a local page reads every file, and may send it
        attribute.LocalContentCanAccessRemoteUrls,
        attribute.AllowRunningInsecureContent,
        attribute.ScreenCaptureEnabled,
    ):
        settings.setAttribute(off, False)
