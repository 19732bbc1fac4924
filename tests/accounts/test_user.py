"""People: an address is unique whatever its case, and a zone or a language is one that exists."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.accounts import services
from apps.accounts.models import User
from apps.audit.reasons import Refused

pytestmark = pytest.mark.django_db


def make(**fields: object) -> User:
    return User.objects.create_user(
        **{"email": "Amara@Example.org", "password": "correct horse battery", "full_name": "Amara", **fields}
    )


def test_an_address_is_kept_in_lower_case_and_found_in_any() -> None:
    person = make()
    assert person.email == "amara@example.org"
    assert User.objects.get_by_natural_key("AMARA@example.ORG") == person


def test_an_address_is_unique_whatever_its_case() -> None:
    make()
    with pytest.raises(IntegrityError), transaction.atomic():
        make(email="AMARA@EXAMPLE.ORG")


def test_the_database_refuses_an_address_in_capitals() -> None:
    person = make()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=person.pk).update(email="Amara@example.org")


def test_a_person_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        make(email="")


def test_a_person_without_a_password_cannot_sign_in() -> None:
    assert make(password=None).has_usable_password() is False


def test_a_zone_must_exist() -> None:
    person = make()
    person.time_zone = "Africa/Nowhere"
    with pytest.raises(ValidationError):
        person.full_clean()
    assert str(person.zone) == "UTC"


def test_reading_is_kept() -> None:
    person = make()
    services.set_reading(user=person, language="ar", time_zone="Africa/Juba", by=person)
    person.refresh_from_db()
    assert (person.language, person.time_zone) == ("ar", "Africa/Juba")


@pytest.mark.parametrize(
    ("language", "zone", "code"),
    [("de", None, "accounts.language_unknown"), ("fr", "Mars/Base", "accounts.time_zone_unknown")],
)
def test_reading_that_is_unknown_is_refused(language: str, zone: str | None, code: str) -> None:
    person = make()
    with pytest.raises(Refused) as refusal:
        services.set_reading(user=person, language=language, time_zone=zone, by=person)
    assert [reason.code for reason in refusal.value.reasons] == [code]


# Confirming ---------------------------------------------------------------------------------------


def test_a_right_password_confirms_one_fingerprint() -> None:
    person = make()
    confirmation = services.confirm_password(person, "correct horse battery", "9f2c")
    assert (confirmation.method, confirmation.snapshot_hash) == ("password", "9f2c")


def test_a_wrong_password_confirms_nothing() -> None:
    with pytest.raises(Refused) as refusal:
        services.confirm_password(make(), "wrong", "9f2c")
    assert refusal.value.reasons[0].code == "accounts.password_wrong"


def test_after_five_wrong_passwords_the_right_one_waits_too() -> None:
    person = make()
    for _attempt in range(5):
        with pytest.raises(Refused):
            services.confirm_password(person, "wrong", "9f2c")
    with pytest.raises(Refused) as refusal:
        services.confirm_password(person, "correct horse battery", "9f2c")
    assert refusal.value.reasons[0].code == "accounts.too_many_attempts"


def test_a_closed_account_confirms_nothing() -> None:
    person = make()
    person.is_active = False
    with pytest.raises(Refused):
        services.confirm_password(person, "correct horse battery", "9f2c")
