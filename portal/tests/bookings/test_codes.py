"""The QR code leads to the desk's page, and is drawn without anything the policy of the pages forbids."""

from portal.bookings.codes import qr


def test_the_drawing_has_no_style_and_no_script() -> None:
    drawn = str(qr("https://maillage.example", "7K3MQ2XD"))
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "#fff" in drawn, "on white, in the dark theme too"


def test_another_code_is_another_drawing() -> None:
    assert qr("https://maillage.example", "7K3MQ2XD") != qr("https://maillage.example", "7K3MQ2XE")
