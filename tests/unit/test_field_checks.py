import pytest

from data.field_checks import email_trouble, fax_trouble, phone_trouble, postcode_trouble, range_trouble


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "１３８１２３４５６７８",
        "0429-3123456",
        "(010) 12345678",
        "4008695598",
        "+86 13812345678",
        "+81 3 1234 5678",
        "95598",
        "110",
        "12345",
    ],
)
def test_a_number_that_can_be_dialled_is_taken(number: str) -> None:
    assert phone_trouble(number) is None


@pytest.mark.parametrize("number", ["3123456", "1381234567", "12", "abc", "", "138123456789", "13812345678;95598"])
def test_a_number_that_cannot_be_dialled_from_anywhere_is_refused(number: str) -> None:
    assert phone_trouble(number)


def test_of_several_numbers_each_must_be_one() -> None:
    assert phone_trouble("13812345678; 0429-3123456", several=True) is None
    assert phone_trouble("13812345678、345", several=True)


def test_a_local_number_is_told_to_get_its_area_code() -> None:
    assert "0429-3123456" in (phone_trouble("3123456") or "")


@pytest.mark.parametrize("fax", ["0429-3123456", "+86 429 3123456"])
def test_a_fax_number_has_its_area_code(fax: str) -> None:
    assert fax_trouble(fax) is None
    assert fax_trouble(fax[-7:])
    assert fax_trouble("13812345678")


@pytest.mark.parametrize("address", ["wang@ps.example.com", "w.l-1+x@a-b.cn"])
def test_an_address_is_taken(address: str) -> None:
    assert email_trouble(address) is None


@pytest.mark.parametrize(
    "address", ["wang", "wang@", "@a.cn", "a b@c.cn", "a..b@c.cn", "王@c.cn", "a@c", "a" * 250 + "@c.cn"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert email_trouble(address)


def test_a_postcode_has_six_digits_and_begins_with_no_nine() -> None:
    assert postcode_trouble("125001") is None
    assert all(postcode_trouble(one) for one in ("12500", "1250011", "925001", "12500x", "１２５００１"))


def test_an_amount_is_what_can_be_meant() -> None:
    assert range_trouble("transformer_area", "kva", 400) is None
    assert range_trouble("transformer_area", "kva", 400_000)
    assert range_trouble("customer", "contract_kva", 0)
    assert range_trouble("customer", "anything", 0) is None
