"""Writes to stdout the PDF of the newest invoice of the demo, downloaded as the finance officer would."""

import sys

import httpx

from maillage.settings import Settings
from maillage.signin import sign_in

INVOICES = "/v1/territories/200035715/invoices"
FINANCE = "finances@carcassonne.example"


def newest_invoice() -> bytes:
    """Sign in by mail, list the invoices, download the first."""
    settings = Settings.read()
    token = sign_in(settings.address("membership"), FINANCE, settings.data / "mail")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=settings.address("billing"), headers=headers, timeout=30) as client:
        listed = client.get(INVOICES).raise_for_status().json()["items"]
        pdf: bytes = client.get(f"{INVOICES}/{listed[0]['invoice_id']}/pdf").raise_for_status().content
        return pdf


if __name__ == "__main__":
    sys.stdout.buffer.write(newest_invoice())
