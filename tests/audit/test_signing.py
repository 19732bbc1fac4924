"""Ed25519: the numbers of RFC 8032, and what a strict verifier refuses."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.audit import signing, verifier
from apps.audit.checks import signing_key_is_one
from apps.audit.signing import SigningKey
from apps.audit.verifier import ORDER, PRIME, Checkpoint, PublicKey

#: RFC 8032, section 7.1: seed, public key, message, signature.
VECTORS = {
    "test 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "test 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "test 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "test sha(abc)": (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
#: The eight points of small order, in their canonical encodings, and those that stand for them otherwise.
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",  # x = 0 with a sign
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p + 1
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0200000000000000000000000000000000000000000000000000000000000000",  # on no point of the curve
    "d75a",
]


@pytest.mark.parametrize("name", VECTORS)
def test_numbers_of_the_rfc(name: str) -> None:
    seed, public, message, signature = (bytes.fromhex(part) for part in VECTORS[name])
    key = SigningKey(seed)
    assert key.public.encoded == public
    assert key.sign(message) == signature
    assert PublicKey(public).verifies(message, signature)


@pytest.mark.parametrize("name", VECTORS)
def test_every_flipped_bit_is_refused(name: str) -> None:
    _seed, public, message, signature = (bytes.fromhex(part) for part in VECTORS[name])
    key = PublicKey(public)
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not key.verifies(message, bytes(changed)), bit
    for bit in range(len(message) * 8):
        said = bytearray(message)
        said[bit // 8] ^= 1 << bit % 8
        assert not key.verifies(bytes(said), signature), bit
    assert not key.verifies(message + b"\x00", signature)


def test_wrong_key_is_refused() -> None:
    for name, (_seed, _public, message, signature) in VECTORS.items():
        for other, (_s, public, _m, _sig) in VECTORS.items():
            verifies = PublicKey(bytes.fromhex(public)).verifies(
                bytes.fromhex(message), bytes.fromhex(signature)
            )
            assert verifies is (name == other)


def test_signature_has_one_form_only() -> None:
    """S and S + L say the same to a careless verifier: the second one is refused (RFC 8032, 5.1.7)."""
    for _seed, public, message, signature in VECTORS.values():
        key, whole = PublicKey(bytes.fromhex(public)), bytes.fromhex(signature)
        scalar = int.from_bytes(whole[32:], "little")
        for times in range(1, 16):
            if scalar + times * ORDER < 2**256:
                forged = whole[:32] + (scalar + times * ORDER).to_bytes(32, "little")
                assert not key.verifies(bytes.fromhex(message), forged)
        for length in (0, 32, 63, 65):
            assert not key.verifies(bytes.fromhex(message), (whole + b"\x00")[:length])


@pytest.mark.parametrize("encoded", SMALL)
def test_point_of_small_order_is_no_key_and_no_commitment(encoded: str) -> None:
    point = verifier.point_of(bytes.fromhex(encoded))
    assert point is not None
    assert verifier.is_of_small_order(point)
    with pytest.raises(ValueError, match="not a public key"):
        PublicKey(bytes.fromhex(encoded))
    key = PublicKey(bytes.fromhex(VECTORS["test 1"][1]))
    for scalar in (0, 1, ORDER - 1):
        assert not key.verifies(b"", bytes.fromhex(encoded) + scalar.to_bytes(32, "little"))


def test_commitment_of_small_order_is_refused_also_where_the_sum_is_right() -> None:
    """Only who has the key can make one: R nothing, and S = k a."""
    key = SigningKey(bytes(range(32)))
    nothing = verifier.bytes_of(verifier.NEUTRAL)
    digest = hashlib.sha512(nothing + key.public.encoded + b"m").digest()
    scalar = int.from_bytes(digest, "little") * key._scalar % ORDER
    assert not key.public.verifies(b"m", nothing + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize("encoded", NOT_CANONICAL)
def test_other_ways_to_write_a_point_are_no_key(encoded: str) -> None:
    with pytest.raises(ValueError, match="not a public key"):
        PublicKey(bytes.fromhex(encoded))


def test_neutral_element_and_order_are_as_they_should() -> None:
    assert verifier.bytes_of(verifier.times(verifier.BASE, 0)) == bytes.fromhex(SMALL[0])
    assert verifier.bytes_of(verifier.times(verifier.BASE, ORDER)) == bytes.fromhex(SMALL[0])
    assert verifier.bytes_of(verifier.times(verifier.BASE, 1))[0] == 0x58
    assert pow(2, PRIME - 1, PRIME) == 1


# The key of this portal -----------------------------------------------------------------------------------------


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    settings.ICTGOV_CHECKPOINT_KEY = ""
    settings.ICTGOV_CHECKPOINT_KEY_FILE = str(tmp_path / "checkpoint.key")
    return tmp_path / "checkpoint.key"


def test_key_is_made_on_the_first_run_and_stays(key_file: Path) -> None:
    first = signing.own_key()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert signing.own_key().public.id == first.public.id
    assert len(bytes.fromhex(key_file.read_text())) == 32
    assert key_file.read_text().strip() not in repr(first)
    assert [path.name for path in key_file.parent.iterdir()] == ["checkpoint.key"]


def test_production_makes_no_key_by_itself_and_says_what_to_set(key_file: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(signing.NoSigningKey, match="ICTGOV_CHECKPOINT_KEY_FILE"):
        signing.own_key()
    settings.ICTGOV_CHECKPOINT_KEY_FILE = ""
    with pytest.raises(signing.NoSigningKey, match="ICTGOV_CHECKPOINT_KEY"):
        signing.own_key()
    assert not key_file.exists()


@pytest.mark.parametrize("text", ["abc", "zz" * 32, "00" * 31, "00" * 33])
def test_what_is_no_key_is_refused_before_the_start(key_file: Path, settings: Any, text: str) -> None:
    settings.ICTGOV_CHECKPOINT_KEY = text
    assert [error.id for error in signing_key_is_one(None)] == ["audit.E003"]
    settings.ICTGOV_CHECKPOINT_KEY = "11" * 32
    assert signing_key_is_one(None) == []


def test_worker_does_not_start_in_production_without_the_key(key_file: Path, settings: Any) -> None:
    from celery.signals import worker_init

    import ictgov.celery  # noqa: F401  (connects what is asked here)

    settings.PRODUCTION = True
    with pytest.raises(SystemExit, match="ICTGOV_CHECKPOINT_KEY_FILE"):
        worker_init.send(sender=None)
    settings.PRODUCTION = False
    worker_init.send(sender=None)


def test_command_makes_a_key_once_and_shows_the_public_half(
    key_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.key"
    call_command("checkpoint_key", str(new))
    shown = capsys.readouterr().out
    assert new.read_text().strip() not in shown
    os.rename(new, key_file)
    call_command("checkpoint_key")
    assert capsys.readouterr().out == shown
    kept = tmp_path / "public-keys.txt"
    kept.write_text(shown)
    assert list(verifier.keys_of(kept)) == [signing.own_key().public.id]
    with pytest.raises(CommandError, match="is there already"):
        call_command("checkpoint_key", str(key_file))


def test_what_is_signed_cannot_be_read_as_another_checkpoint(key_file: Path) -> None:
    made = signing.signed(Checkpoint(12, "ab" * 32, "2026-03-02T12:00:00.000000Z"))
    key = signing.own_key().public
    assert verifier.is_signed(made, key)
    assert made.message == (
        b"\x01ictgov.register.checkpoint\n12\n"
        + b"ab" * 32
        + b"\n2026-03-02T12:00:00.000000Z\n"
        + key.id.encode()
    )
    for changed in (
        Checkpoint(13, made.head, made.time, made.key, made.signature),
        Checkpoint(12, "cd" * 32, made.time, made.key, made.signature),
        Checkpoint(12, made.head, "2026-03-02T12:00:00.000001Z", made.key, made.signature),
        Checkpoint(12, made.head, made.time, "0" * 16, made.signature),
        Checkpoint(12, made.head, made.time, made.key, "no hexadecimal digits"),
        Checkpoint(12, made.head, made.time, made.key, "\ud800"),
    ):
        assert not verifier.is_signed(changed, key)
