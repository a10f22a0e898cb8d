"""What operators watch: documented metrics, dashboard and alerts are those of a running service."""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import promql_parser
import pytest
import redis
import yaml
from aiohttp.test_utils import TestClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from service.api.metrics import FIGURES
from service.app import ENDPOINTS
from service.comments.policy_sections import Action, Actions
from tests.api.calls import GOOD, UNMARKED
from tests.running import Running
from workers.statistician import Statistician

DOCS = Path(__file__).parents[1] / "docs"
ALERTS: Any = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))
DASHBOARD: Any = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"].replace("$__rate_interval", "5m") for panel in PANELS for target in panel["targets"]
]
ROW = re.compile(r"^\| `(codau_\w+)` \| (\w+) \| (.*?) ?\| \S.* \|$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """One scrape: the labels of each sample's name, and the families they are of."""

    families: dict[str, Metric]
    labels: dict[str, set[str]]

    @classmethod
    def read(cls, text: str) -> "Shown":
        families = {family.name: family for family in text_string_to_metric_families(text)}
        labels: dict[str, set[str]] = {}
        for family in families.values():
            for sample in family.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
        return cls(families, labels)


@pytest.fixture
async def shown(service: Running, redis_url: str) -> AsyncIterator[Shown]:
    """A scrape after a comment was judged and decided, of a store that has a limit."""
    app = service.nobody.http.app
    assert isinstance(service.nobody.http, TestClient)
    assert app is not None
    assert (await service.submit(UNMARKED))["findings"]
    await service.publish(GOOD)
    await Statistician(service.store, app[FIGURES].meters).drain()
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory", "8gb")
        answer = await service.nobody("GET", "/metrics")
        client.config_set("maxmemory", "0")
    yield Shown.read(answer.text)


def selectors(expression: str) -> Iterator[promql_parser.VectorSelector]:
    """Every metric that an expression names, with its matchers."""
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        if isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)

    promql_parser.walk(promql_parser.parse(expression), visit)
    yield from found


def grouped_by(expression: str) -> set[str]:
    """Labels that an expression keeps."""
    return {
        label
        for group in re.findall(r"\bby \(([^)]*)\)", expression)
        for label in re.split(r"\s*,\s*", group)
        if label != "le"
    }


async def test_every_metric_is_documented_with_its_type_and_labels_and_no_other(shown: Shown) -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    documented = {
        name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(text)
    }
    found = {
        family.name + ("_total" if family.type == "counter" else ""): (
            family.type,
            {label for sample in family.samples for label in sample.labels} - {"le"},
        )
        for family in shown.families.values()
        if not family.name.endswith("_created")
    }
    assert documented == found


async def test_dashboard_and_alerts_name_metrics_and_labels_that_exist(shown: Shown) -> None:
    for expression in EXPRESSIONS:
        known: set[str] = set()
        for selector in selectors(expression):
            assert selector.name in shown.labels, f"{selector.name} in {expression}"
            labels = shown.labels[selector.name]
            assert {matcher.name for matcher in selector.matchers.matchers} <= labels, expression
            known |= labels
        assert grouped_by(expression) <= known, expression


def test_what_an_expression_looks_for_can_be() -> None:
    """A label compared with one value: the value exists."""
    possible = {
        "route": {endpoint.path for endpoint in ENDPOINTS},
        "method": {"POST"},
        "code": set(Actions.model_fields),
        "action": set(get_args(Action)),
        "part": {"api", "worker"},
        "outcome": {"delivered", "failed", "dead"},
        "state": {"pending", "published", "rejected"},
    }
    for expression in EXPRESSIONS:
        for selector in selectors(expression):
            for matcher in selector.matchers.matchers:
                if matcher.name in possible:
                    assert matcher.value in possible[matcher.name], expression


def test_histograms_are_read_by_their_buckets_and_counters_by_their_growth() -> None:
    for expression in EXPRESSIONS:
        for name in re.findall(r"codau_\w+_(?:total|bucket)\b", expression):
            assert re.search(rf"(?:rate|increase)\(\s*{name}\b", expression), expression
        if "histogram_quantile" in expression:
            assert "by (le" in expression


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"].keys() == {"severity"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "todo"}
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
        named = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
        assert set(named) <= grouped_by(rule["expr"]), rule["alert"]


async def test_every_metric_is_on_the_dashboard(shown: Shown) -> None:
    named = {str(selector.name) for expression in EXPRESSIONS for selector in selectors(expression)}
    families = {name for name in shown.families if not name.endswith("_created")}
    assert {name for name in families if not any(is_of(one, name) for one in named)} == set()


def is_of(sample: str, family: str) -> bool:
    return sample.removesuffix("_total").removesuffix("_bucket") == family


def test_panels_stand_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = set(cells(panel["gridPos"]))
        assert not place & taken, panel["title"]
        taken |= place
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def cells(place: dict[str, int]) -> Iterable[tuple[int, int]]:
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y
