# Proctor as an image, for CI that is not GitHub's: docs/github.md, "Other CI".
#
#   docker build --build-arg BASE=python:3.13-slim@sha256:… --tag proctor .
#
# BASE         an image with Python 3.11 or later, by digest. There is no default: which bytes you trust is your decision.
# REQUIREMENTS run, or safety for the Safety CLI as well.
# PIP_NO_INDEX 1: install from `wheels/` in the build context alone.
ARG BASE

FROM ${BASE} AS build
USER root
ARG REQUIREMENTS=run
ARG PIP_NO_INDEX=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_FIND_LINKS=/locked
# The folder `wheels` may be absent: what matches nothing is left out.
COPY requirements/ wheel[s] /locked/
RUN python3 -I -m venv /opt/proctor \
 && /opt/proctor/bin/python -I -m pip install --quiet --no-deps --require-hashes -r "/locked/${REQUIREMENTS}.txt" \
 && python3 -I -m venv /opt/build \
 && /opt/build/bin/python -I -m pip install --quiet --no-deps --require-hashes -r /locked/build.txt
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY checker/ checker/
COPY policies/ policies/
COPY examples/workflows/pull-request.yml examples/workflows/
RUN /opt/build/bin/python -I -m hatchling build --target wheel --directory /built \
 && /opt/proctor/bin/python -I -m pip install --quiet --no-deps --no-index /built/*.whl

FROM ${BASE}
USER root
RUN command -v git >/dev/null || { apt-get update \
 && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*; }
COPY --from=build /opt/proctor /opt/proctor
RUN mkdir -p /home/proctor/.cache /repo && chown -R 65532:65532 /home/proctor
ENV PATH=/opt/proctor/bin:${PATH} HOME=/home/proctor
# No account of any image has this number, and nothing of the program is its to change.
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["proctor"]
CMD ["check"]
