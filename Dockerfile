# The tutor for CPUs: slim, and nobody's root. Build: docker build -t tutor .
#   docker run --rm -it -v tutor-home:/home/learner/.local/share/tutor tutor
#   docker run --rm -v "$PWD:/class" --user "$(id -u):$(id -g)" -e TUTOR_HOME=/tmp/tutor \
#       tutor grade /class/submissions --out /class/gradebook.csv
# Docker's default profile refuses namespaces: 'tutor doctor' says which protections are left.
FROM python:3.12-slim AS build
WORKDIR /source
# PyTorch without CUDA, a fifth of the size.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/tutor
COPY constraints.txt pyproject.toml README.md LICENSE LICENCES.md CHANGELOG.md ./
COPY locks locks
COPY lessons lessons
COPY exercises exercises
COPY graders graders
COPY tutor tutor
# As .ci/setup does it: what is locked by its hash, torch by its version, then the tutor itself.
RUN /opt/tutor/bin/python -m pip install --require-hashes --no-deps --only-binary :all: -r locks/tutor.txt \
    && /opt/tutor/bin/python -m pip install --extra-index-url "$TORCH_INDEX" -c constraints.txt torch \
    && /opt/tutor/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 learner
COPY --from=build /opt/tutor /opt/tutor
ENV PATH=/opt/tutor/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /home/learner
ENTRYPOINT ["tutor"]
CMD ["--plain"]
