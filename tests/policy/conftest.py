"""Property tests here look for wrong answers, not for slow machines."""

from hypothesis import settings

settings.register_profile("policy", deadline=None)
settings.load_profile("policy")
