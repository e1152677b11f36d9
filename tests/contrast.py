"""How well two colours are told apart, as the standard for accessible pages measures it."""

_SRGB_KNEE = 0.04045
"""Below it sRGB is linear."""


def contrast(first: str, second: str) -> float:
    """Contrast of two `#rrggbb` colours, 1 to 21.

    Source:
        WCAG 2.1, definitions of relative luminance and contrast ratio.
    """
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _SRGB_KNEE else ((channel + 0.055) / 1.055) ** 2.4
