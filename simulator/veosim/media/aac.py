"""AAC-LC sound without an encoder: one frame of silence, or of a steady tone, again and again.

Numbers of tables are those of ISO/IEC 14496-3:2009, subpart 4.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Literal

from veosim.media.bits import Bits

RATE = 48_000
SAMPLES = 1_024
"""Samples of each channel in a frame."""

Sound = Literal["silence", "tone"]

# Tables 1.17, 1.18 and 1.19: AAC LC, 48 kHz, left and right.
_OBJECT_TYPE, _RATE_INDEX, _CHANNELS = 2, 3, 2
CONFIG = struct.pack(">H", _OBJECT_TYPE << 11 | _RATE_INDEX << 7 | _CHANNELS << 3)
"""AudioSpecificConfig (1.6.2.1)."""

_PAIR, _END = 1, 7
"""id_syn_ele (table 4.85)."""

_TONE_BAND = 5
"""The scale factor band of spectral lines 20 to 23 at 48 kHz (table 4.129).

One line that has the same value in every frame is a pure tone: with windows of sine shape, a tone of exactly ten
periods a frame meets lines 19 and 20 alone, in quadrature, so that either of them makes it: 10 * 48000 / 1024 Hz.
"""
_ONE_FIRST = 5, 0b10000
"""Bits and code of (1, 0, 0, 0) in spectrum codebook 1 (table 4.A.2)."""

_GAIN = 187
"""global_gain: the line is 2 ** ((187 - 100) / 4) high, which makes a tone at about a tenth of full scale."""


@cache
def frame(sound: Sound) -> bytes:
    """One raw_data_block (table 4.3), 1024 samples of both channels; every one is decoded like every other."""
    is_tone = sound == "tone"
    bits = Bits().u(3, _PAIR).u(4, 0).u(1, 1)  # common_window
    # ics_info (table 4.6): one long window of sine shape; max_sfb; no prediction.
    bits.u(1, 0).u(2, 0).u(1, 0).u(6, _TONE_BAND + 1 if is_tone else 0).u(1, 0)
    bits.u(2, 0)  # ms_mask_present: left and right each by themselves
    for _ in range(2):
        bits.append(_channel(is_tone=is_tone))
    return bits.u(3, _END).align().to_bytes()


def _channel(*, is_tone: bool) -> Bits:
    """individual_channel_stream (table 4.50)."""
    bits = Bits().u(8, _GAIN if is_tone else 0)
    if is_tone:
        # section_data (table 4.52): five bands of zeros, then one in codebook 1; its scale factor is global_gain: 0.
        bits.u(4, 0).u(5, _TONE_BAND).u(4, 1).u(5, 1).u(1, 0)
    bits.u(1, 0).u(1, 0).u(1, 0)  # no pulses, no noise shaping, no gain control
    return bits.u(*_ONE_FIRST) if is_tone else bits
