# Shortcuts for people: https://just.systems. Nothing in the repository needs them; each line is a
# command that can be typed as well.

# List the recipes.
default:
    @just --list

# Format, lint, unit tests, golden cases, imports and documents: before every commit.
quick:
    cargo fmt --all --check
    cargo clippy --locked --all-targets -- -D warnings
    cargo test --locked --lib --test golden --test fast

# Write what the golden cases, the pages and the generated files expect. Then read the diff.
bless:
    BLESS=1 cargo test --locked

# Run the golden cases whose name contains FILTER.
golden FILTER="":
    cargo test --locked --test golden -- {{FILTER}}

# Everything, as CI runs it: an hour, with Go, servers and a browser.
ci:
    .ci/run
