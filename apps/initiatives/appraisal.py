"""What an initiative is worth: pure arithmetic on yearly flows, in Decimal (A/61/765, 18).

Flows are one amount a year, year 0 first, all in one currency; year 0 is not discounted. A rate is a fraction
(``Decimal("0.035")`` is 3.5 %). Results are not rounded; ``rounded`` does that once, where a figure is shown.
Benefits that are not money never enter here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import gcd

PRECISION = Context(prec=50)
RATES = (Decimal("0"), Decimal("0.035"), Decimal("0.07"))
ROOT_BITS = 80
Flows = Sequence[Decimal]


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """The figure as shown: half away from zero, with the given number of decimals."""
    with localcontext(PRECISION):
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def net(costs: Flows, benefits: Flows) -> tuple[Decimal, ...]:
    """Benefit less cost of each year; the shorter series is taken as 0 where it has ended."""
    years = max(len(costs), len(benefits))
    with localcontext(PRECISION):
        return tuple(_at(benefits, t) - _at(costs, t) for t in range(years))


def pv(flows: Flows, rate: Decimal) -> Decimal:
    """Present value: the sum of flow_t / (1 + rate)^t. Refuses a rate of -100 % or below."""
    if rate <= -1:
        raise ValueError("a discount rate is above -100 %")
    with localcontext(PRECISION):
        factor, total, step = Decimal(1), Decimal(0), 1 + rate
        for flow in flows:
            total += flow / factor
            factor *= step
        return total


def npv(costs: Flows, benefits: Flows, rate: Decimal) -> Decimal:
    """Net present value."""
    return pv(net(costs, benefits), rate)


def bcr(costs: Flows, benefits: Flows, rate: Decimal) -> Decimal | None:
    """Benefit-cost ratio; None where the present cost is 0."""
    cost = pv(costs, rate)
    with localcontext(PRECISION):
        return pv(benefits, rate) / cost if cost else None


def roi(costs: Flows, benefits: Flows, rate: Decimal) -> Decimal | None:
    """Return on investment, as a fraction of the present cost; None where that cost is 0."""
    ratio = bcr(costs, benefits, rate)
    return None if ratio is None else ratio - 1


def payback(flows: Flows) -> Decimal | None:
    """Years until the cumulated net flow first reaches 0, linear inside a year; None is "not recovered"."""
    total = Decimal(0)
    with localcontext(PRECISION):
        for year, flow in enumerate(flows):
            before, total = total, total + flow
            if total >= 0:
                return Decimal(year - 1) + -before / flow if before < 0 else Decimal(year)
    return None


def discounted_payback(flows: Flows, rate: Decimal) -> Decimal | None:
    """The same on discounted flows."""
    with localcontext(PRECISION):
        return payback([flow / (1 + rate) ** year for year, flow in enumerate(flows)])


def switching_value(costs: Flows, benefits: Flows, rate: Decimal) -> Decimal | None:
    """The change of all benefits, as a fraction, at which NPV is 0; None where there are no benefits."""
    with localcontext(PRECISION):
        value = pv(benefits, rate)
        return pv(costs, rate) / value - 1 if value else None


def switching_value_of_costs(costs: Flows, benefits: Flows, rate: Decimal) -> Decimal | None:
    """The change of all costs, as a fraction, at which NPV is 0; None where there are no costs."""
    with localcontext(PRECISION):
        value = pv(costs, rate)
        return pv(benefits, rate) / value - 1 if value else None


@dataclass(frozen=True)
class InternalRate:
    """Every internal rate of return above -100 %, ascending, and how often the flows change sign.

    ``answer`` is ``defined`` (one root), ``not_defined`` (no root) or ``several`` (decide on NPV).
    """

    roots: tuple[Decimal, ...]
    sign_changes: int

    @property
    def answer(self) -> str:
        if not self.roots:
            return "not_defined"
        return "defined" if len(self.roots) == 1 else "several"

    @property
    def warns(self) -> bool:
        """More than one change of sign: the rate alone is not a reason to decide."""
        return self.sign_changes > 1


def irr(flows: Flows) -> InternalRate:
    """All rates at which the net present value of the flows is 0.

    With x = 1/(1+r) this asks for the positive roots of a polynomial. They are counted exactly (Sturm's
    theorem on integers), so that none is missed and none invented, then halved down to 80 bits.
    """
    signs = [1 if flow > 0 else -1 for flow in flows if flow]
    changes = sum(1 for a, b in pairwise(signs) if a != b)
    if not changes:
        return InternalRate((), 0)
    roots = _positive_roots(_integers([Fraction(flow) for flow in flows]))
    with localcontext(PRECISION):
        rates = (Decimal(x.denominator) / Decimal(x.numerator) - 1 for x in roots)
        return InternalRate(tuple(sorted(_tidy(rate) for rate in rates)), changes)


@dataclass(frozen=True)
class AtRate:
    """The figures of one discount rate."""

    rate: Decimal
    npv: Decimal
    pv_benefits: Decimal
    pv_costs: Decimal
    bcr: Decimal | None
    roi: Decimal | None
    discounted_payback: Decimal | None
    switching_value: Decimal | None


@dataclass(frozen=True)
class Appraisal:
    """The whole sheet: one column for each rate, and what does not depend on a rate."""

    costs: tuple[Decimal, ...]
    benefits: tuple[Decimal, ...]
    columns: tuple[AtRate, ...]
    irr: InternalRate
    payback: Decimal | None


def appraise(costs: Flows, benefits: Flows, rates: Sequence[Decimal] = RATES) -> Appraisal:
    """The sheet that stands beside the value desk, at each of the rates."""
    flows = net(costs, benefits)
    columns = tuple(
        AtRate(
            rate=rate,
            npv=npv(costs, benefits, rate),
            pv_benefits=pv(benefits, rate),
            pv_costs=pv(costs, rate),
            bcr=bcr(costs, benefits, rate),
            roi=roi(costs, benefits, rate),
            discounted_payback=discounted_payback(flows, rate),
            switching_value=switching_value(costs, benefits, rate),
        )
        for rate in rates
    )
    return Appraisal(tuple(costs), tuple(benefits), columns, irr(flows), payback(flows))


def _at(flows: Flows, year: int) -> Decimal:
    return flows[year] if year < len(flows) else Decimal(0)


def _tidy(rate: Decimal) -> Decimal:
    """A root that was halved to within 1e-20 of a short decimal is that decimal (1.9999... is 2)."""
    short = rate.quantize(Decimal("1e-15"))
    return short.normalize() + 0 if abs(rate - short) < Decimal("1e-20") else +rate


def _integers(coefficients: Sequence[Fraction]) -> list[int]:
    """The polynomial in integers without a common factor; lowest power first, no zeros at the ends."""
    values = list(coefficients)
    while values and not values[-1]:
        values.pop()
    while values and not values[0]:
        values.pop(0)
    scale = 1
    for value in values:
        scale = scale * value.denominator // gcd(scale, value.denominator)
    return _primitive([int(value * scale) for value in values])


def _primitive(poly: list[int]) -> list[int]:
    while poly and not poly[-1]:
        poly.pop()
    factor = gcd(*poly) if poly else 1
    return [value // factor for value in poly]


def _derivative(poly: list[int]) -> list[int]:
    return _primitive([power * value for power, value in enumerate(poly)][1:])


def _remainder(a: list[int], b: list[int]) -> list[int]:
    """a mod b, scaled by a positive factor (signs are kept, which Sturm's theorem needs)."""
    rest, lead = list(a), b[-1]
    while len(rest) >= len(b):
        top, shift = rest[-1], len(rest) - len(b)
        sign = 1 if lead > 0 else -1
        rest = [value * abs(lead) for value in rest]
        for power, value in enumerate(b):
            rest[power + shift] -= value * top * sign
        rest.pop()
        while rest and not rest[-1]:
            rest.pop()
    return _primitive(rest)


def _quotient(a: list[int], b: list[int]) -> list[int]:
    """a / b where b divides a."""
    rest = [Fraction(value) for value in a]
    out = [Fraction(0)] * (len(a) - len(b) + 1)
    for shift in range(len(out) - 1, -1, -1):
        out[shift] = rest[shift + len(b) - 1] / b[-1]
        for power, value in enumerate(b):
            rest[power + shift] -= out[shift] * value
    return _integers(out)


def _square_free(poly: list[int]) -> list[int]:
    a, b = poly, _derivative(poly)
    while b:
        a, b = b, _remainder(a, b)
    return _quotient(poly, a) if len(a) > 1 else poly


def _sturm(poly: list[int]) -> list[list[int]]:
    chain = [poly, _derivative(poly)]
    while rest := _remainder(chain[-2], chain[-1]):
        chain.append([-value for value in rest])
    return chain


def _value(poly: list[int], x: Fraction) -> int:
    """The sign-true value at x, scaled by a positive power of x's denominator."""
    total, scale = 0, 1
    for value in reversed(poly):
        total = total * x.numerator + value * scale
        scale *= x.denominator
    return total


def _variations(chain: list[list[int]], x: Fraction) -> int:
    signs = [value > 0 for value in (_value(poly, x) for poly in chain) if value]
    return sum(1 for a, b in pairwise(signs) if a != b)


def _positive_roots(coefficients: list[int]) -> list[Fraction]:
    poly = _square_free(coefficients)
    if len(poly) < 2:
        return []
    chain = _sturm(poly)
    low = Fraction(abs(poly[0]), 2 * (abs(poly[0]) + max(abs(v) for v in poly[1:])))
    high = 1 + Fraction(max(abs(v) for v in poly[:-1]), abs(poly[-1]))
    waiting, roots = [(low, high, _variations(chain, low), _variations(chain, high))], []
    while waiting:
        a, b, at_a, at_b = waiting.pop()
        if at_a - at_b == 1:
            roots.append(_halve(poly, a, b))
        elif at_a - at_b > 1:
            middle = (a + b) / 2
            at_middle = _variations(chain, middle)
            waiting += [(a, middle, at_a, at_middle), (middle, b, at_middle, at_b)]
    return roots


def _halve(poly: list[int], a: Fraction, b: Fraction) -> Fraction:
    """The one root in (a, b], to 80 bits of its own size."""
    if not _value(poly, b):
        return b
    upper = _value(poly, b) > 0
    while (b - a) * 2**ROOT_BITS > b:
        middle = (a + b) / 2
        value = _value(poly, middle)
        if not value:
            return middle
        if (value > 0) == upper:
            b = middle
        else:
            a = middle
    return (a + b) / 2
