"""What Django looks up by these names."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = r"H:i:s \U\T\C"
DATETIME_FORMAT = r"j M Y H:i:s \U\T\C"
