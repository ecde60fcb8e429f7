"""The databases of a running platform's services, as the operator's commands reach them."""

from __future__ import annotations

from maillage import control
from maillage.runtime import bootstrap
from maillage.runtime.postgres import Postgres
from maillage.sentences import NOT_RUNNING, StartError
from maillage.settings import Settings


def worker_urls(settings: Settings) -> dict[str, str]:
    """Return how each service's worker reaches its database; raises StartError where nothing runs."""
    if not control.state_of(settings.data).alive():
        raise StartError(NOT_RUNNING, data=settings.data)
    superuser = settings.postgres or Postgres(settings.data).dsn
    return {
        service: bootstrap.worker_url(superuser, service, settings.secrets) for service in settings.services
    }
