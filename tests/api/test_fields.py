"""Fields of requests, beside what the calls' own tests see of them."""

import ipaddress

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.api.fields import Address

address = TypeAdapter(Address)
almost = st.one_of(
    st.from_regex(r"[0-9]{0,4}(\.[0-9]{0,4}){2,4}", fullmatch=True),
    st.from_regex(r"[0-9a-f:.]{0,40}", fullmatch=True),
    st.ip_addresses().map(str),
)


@given(almost)
@example("01.2.3.4")
@example("1.2.3.4\n")
@example("1.2.3.4\0")
@example("١.٢.٣.٤")
@example("::ffff:1.2.3.4")
def test_an_address_is_taken_as_the_library_takes_it(text: str) -> None:
    try:
        read = ipaddress.ip_address(text)
    except ValueError:
        expected = None
    else:
        expected = str(getattr(read, "ipv4_mapped", None) or read)
    try:
        found = address.validate_python(text)
    except ValidationError:
        found = None
    assert found == expected
