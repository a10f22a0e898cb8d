"""What a step of a comment adds to the figures for Prometheus.

It is told by the statistician, who sees each step once, so that neither intake nor a decision pays for it.
"""

from service.comments.counting import DECIDED, judged_after_ms, waited_ms
from service.comments.model import Comment, Entry, Event
from service.metering.meters import Meters


def happened(meters: Meters, comment: Comment, version: int) -> None:
    """Count the step that made a version."""
    log = comment.log[:version]
    entry = log[-1]
    if entry.event is Event.SUBMITTED:
        meters.received.labels(comment.site).inc()
    if entry.event in DECIDED or entry.event is Event.REPLIED:
        meters.decisions.labels(entry.event.value).inc()
    judged_after = judged_after_ms(log)
    if judged_after is not None:
        _judged(meters, entry, judged_after)
    waited = waited_ms(log)
    if waited is not None:
        meters.decision_s.observe(waited / 1_000)


def _judged(meters: Meters, verdict: Entry, after_ms: int) -> None:
    meters.verdicts.labels(verdict.to.value).inc()
    meters.verdict_s.observe(after_ms / 1_000)
    for finding in verdict.findings:
        meters.findings.labels(finding.code, finding.action).inc()
