"""A bare QWebEngineView that shows the file named on its command line: the lower bound of any browser made of it."""

import sys

from PyQt6.QtCore import QUrl
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

app = QApplication(["bare"])
view = QWebEngineView()
view.resize(1180, 800)
view.load(QUrl.fromLocalFile(sys.argv[1]))
view.show()
app.exec()
