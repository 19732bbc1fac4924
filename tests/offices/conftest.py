import pytest

from tests.factories.offices import Organization, make_organization


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization()
