"""What holds for every test."""

from hypothesis import HealthCheck, settings

# A slow machine is no defect of a property, and a failure prints what reproduces it. Under CI
# Hypothesis would choose the same examples each time; here every run looks at new ones.
settings.register_profile(
    "pokerws",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("pokerws")

pytest_plugins = ["tests.postgres_fixtures", "tests.browser_fixtures"]
