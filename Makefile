# One vocabulary for people, CI and the README. ARGS goes on to the tool: make test ARGS="tests/policy -k routing".
.PHONY: demo test check lock pictures clean

demo:      ## the portal with two tenants played into it, on PORT (8000), its data in DEMO_DIR (var)
	@bootstrap/start demo $(ARGS)

test:      ## the whole suite, on SQLite and on PostgreSQL
	@bootstrap/start test $(ARGS)

check:     ## everything that can be checked without running the suite
	@bootstrap/start check

lock:      ## the locks anew after a change in pyproject.toml (ARGS=--upgrade lifts the pins)
	@bootstrap/start lock $(ARGS)

pictures:  ## the pictures in docs/pictures, anew from a running demo
	@bootstrap/start pictures $(ARGS)

clean:     ## what can be made again; the demo's data stays
	rm -rf .venv .venv.lock .uv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
