"""Could these letters be one Vietnamese syllable? A matter of spelling; no list of the syllables in use."""

from __future__ import annotations

import re

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx]"
_VOWELS = (
    "uye|uya|uyu|uay|uai|uoi|uou|oai|oao|oay|oeo|ieu|yeu|"
    "ie|ia|iu|ua|ue|ui|uo|uy|uu|oa|oe|oi|oo|ye|ai|ao|au|ay|eo|eu|[aeiouy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_VOWELS})(?:ch|ng|nh|[cmnpt])?")


def could_be_syllable(bare: str) -> bool:
    """Tell whether an unmarked lower-case word is spelt as a syllable is.

    >>> could_be_syllable("nghieng"), could_be_syllable("vay"), could_be_syllable("shopee")
    (True, True, False)
    """
    return _SYLLABLE.fullmatch(bare) is not None
