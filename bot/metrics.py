"""Counters and timings for Prometheus. Labels come from small closed sets, never from what people write."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry a process; tests make their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def counter(name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
            return Counter(f"bekal_{name}", text, labels, registry=self.registry)

        self.updates = counter("updates", "Updates stored in the inbox", ("mode",))
        self.duplicates = counter("update_duplicates", "Updates that Telegram delivered again")
        self.turns = counter("turns", "Turns by what was answered", ("rung",))
        self.dead = counter("updates_dead", "Updates given up after three tries")
        self.calls = counter("telegram_calls", "Calls to Telegram by outcome", ("method", "outcome"))
        self.waits = counter("telegram_429", "Times that Telegram asked us to wait")
        self.nlu_failures = counter("understanding_failures", "Messages answered by the rules alone")
        self.turn_seconds = Histogram(
            "bekal_turn_seconds",
            "From stored update to committed reply",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.reply_seconds = Histogram(
            "bekal_reply_seconds",
            "From committed reply to Telegram's yes",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.inbox_waiting = Gauge("bekal_inbox_waiting", "Updates not yet answered", registry=self.registry)
        self.outbox_waiting = Gauge("bekal_outbox_waiting", "Messages not yet sent", registry=self.registry)

    def text(self) -> bytes:
        """What /metrics serves."""
        return generate_latest(self.registry)
