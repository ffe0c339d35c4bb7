from tests.transcripts.conftest import application, clock, person, understander

__all__ = ["application", "clock", "person", "understander"]
