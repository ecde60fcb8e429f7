"""Runs the portal: `python -m portal`."""

import sys
from types import FrameType

import uvicorn
from litestar import Litestar

from chassis.logs import start_logging
from chassis.settings import SettingsError
from portal.app import application
from portal.settings import Settings


def main() -> int:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    start_logging("portal", debug=settings.debug)
    app = application(settings)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    _Server(config, app).run()
    return 0


class _Server(uvicorn.Server):
    """uvicorn, whose signal to stop ends the streams that would go on for ever."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.leaving.set()
        super().handle_exit(sig, frame)


if __name__ == "__main__":
    sys.exit(main())
