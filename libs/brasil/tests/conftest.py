"""Properties are judged by what they find, not by how fast a busy machine runs one example."""

from hypothesis import HealthCheck, settings

settings.register_profile("brasil", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("brasil")
