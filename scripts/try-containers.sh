#!/bin/sh
# Runs the compose file under a real engine, from the build to the end, and says of each step whether it held.
# Uses the engine that answers; where none does, as root on Debian, it starts one of its own and ends it again.
# Images that cannot be pulled are made from Debian's packages, under the same names. It leaves nothing behind but, in
# an engine that was there before, what its builder keeps. Takes minutes. Usage: try-containers.sh
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
project=$work/project
name=testronaut-try
base=python:3.13-slim-bookworm
tool=/opt/tools/frob
engine='' made='' failed=0
hardened='--rm --cap-drop ALL --read-only --tmpfs /tmp --tmpfs /home/testronaut:uid=10001,gid=10001,mode=0700
    --security-opt no-new-privileges:true --security-opt apparmor=unconfined'

# --- telling

now() {
    date +%s%N
}

seconds_since() {
    echo "$1 $(now)" | awk '{ printf "%.1f s", ($2 - $1) / 1e9 }'
}

step() {
    # step SENTENCE COMMAND...: what the command says on descriptor 3 is shown behind the sentence.
    sentence=$1
    shift
    step_began=$(now)
    if "$@" >"$work/log" 2>&1 3>"$work/told"; then
        printf 'ok      %-72s %8s  %s\n' "$sentence" "$(seconds_since "$step_began")" "$(cat "$work/told")"
    else
        failed=1
        printf 'failed  %-72s %8s  %s\n' "$sentence" "$(seconds_since "$step_began")" "$(cat "$work/told")"
        tail -n 40 "$work/log" | sed 's/^/        | /'
        return 1
    fi
}

tell() {
    echo "$@" >&3
}

wait_until() {
    # wait_until SECONDS COMMAND...
    end=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.5
    done
}

# --- the engine and its images

answers() {
    docker info >/dev/null 2>&1
}

start_engine() {
    sh "$here/scripts/needs.sh" compose
    answers && { tell "the one that was there"; return; }
    [ "$(id -u)" = 0 ] || { echo "None answers, and only root can start one."; return 1; }
    sh "$here/scripts/needs.sh" engine
    mkdir "$work/engine" && echo '{}' >"$work/engine/settings.json"
    remember_network
    export DOCKER_HOST="unix://$work/engine/socket"
    # In a mount namespace of its own, so that no mount outlives it.
    unshare --mount --propagation private dockerd --config-file "$work/engine/settings.json" --host "$DOCKER_HOST" \
        --data-root "$work/engine/data" --exec-root "$work/engine/run" --pidfile "$work/engine/pid" \
        >"$work/engine/log" 2>&1 3>&- &
    engine=$!
    wait_until 60 answers || { tail "$work/engine/log"; return 1; }
    tell "own engine $(docker version --format '{{.Server.Version}}')"
}

remember_network() {
    cat /proc/sys/net/ipv4/ip_forward >"$work/engine/forward"
    [ -e /sys/class/net/docker0 ] && touch "$work/engine/bridge-was-there"
    iptables-save >"$work/engine/rules"
}

end_engine() {
    kill "$engine" && wait "$engine"
    # An engine leaves its bridge and its rules behind.
    [ -e "$work/engine/bridge-was-there" ] || ip link delete docker0
    iptables-restore <"$work/engine/rules"
    cat "$work/engine/forward" >/proc/sys/net/ipv4/ip_forward
}

provide() {
    # provide IMAGE COMMAND...: pulls the image, or makes a stand-in by the command, unless it is there.
    image=$1
    shift
    docker image inspect "$image" >/dev/null 2>&1 && { tell "it was there"; return; }
    made="$image $made"
    docker pull -q "$image" 2>/dev/null && { tell pulled; return; }
    "$@" && tell "made from Debian's packages"
}

make_base() {
    sh "$here/scripts/needs.sh" debootstrap
    # shellcheck disable=SC2016 # apt's own variable
    mirror=$(grep -qx ID=debian /etc/os-release &&
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    # shellcheck disable=SC2086 # nothing where the mirror is not known, for debootstrap knows one
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/root" $mirror &&
        tar -C "$work/root" --exclude './var/cache/apt/archives/*.deb' -c . | docker import - "$base"
    rm -rf "$work/root"
}

provide_from() {
    # provide_from IMAGE FOLDER [DOCKERFILE]
    provide "$1" docker build -q -t "$1" ${3:+-f "$here/$3"} "$here/$2"
}

copy_project() {
    # A copy, so that certificates and tools lie beside what is built and the tree stays as it is.
    mkdir "$project" && cd "$here" &&
        cp -r Dockerfile .dockerignore docker-compose.yml deploy pyproject.toml requirements.lock README.md LICENSE \
            testronaut.py producer worker shared migrations tests/containers/docker-compose.tools.yml "$project" &&
        find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$project/deploy/ca" \; &&
        mkdir "$project/tools" &&
        # Slow, so that there is time to end a worker in the middle; with a fault, so that there is something to find.
        sed -e 's/^FAULT=.*/FAULT=documented_rejected; sleep 0.5/' tests/specimens/frob.sh >"$project/tools/frob" &&
        chmod -R a+rX "$project" && chmod 0755 "$project/tools/frob"
}

# --- asking the stack

compose() {
    (cd "$project" && JAEGER_PORT=0 $composer -p "$name" -f docker-compose.yml -f docker-compose.tools.yml "$@")
}

producer() {
    compose run -T --rm producer "$@"
}

ask_database() {
    compose exec -T postgres psql -U testronaut -tAc "$1"
}

ask_page() {
    # Asked from a worker, so the network between the containers is tried as well.
    compose exec -T worker python3 -c \
        'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=30).read().decode())' "$1"
}

state_of() {
    docker inspect -f "$2" "$1"
}

count_healthy() {
    for id in $(compose ps -q "$1"); do
        state_of "$id" '{{.State.Health.Status}}'
    done | grep -c '^healthy$'
}

is_healthy() {
    [ "$(count_healthy redis) $(count_healthy postgres) $(count_healthy jaeger) $(count_healthy worker)" = "1 1 1 2" ]
}

field() {
    # field NAME: of the JSON document on standard input
    python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# --- the steps

build() {
    compose build worker || return 1
    tell "$(docker image inspect -f '{{.Size}}' testronaut:latest | awk '{ printf "%d MB", $1 / 1e6 }')"
}

start_stack() {
    if ! compose up -d --scale worker=2 || ! wait_until 120 is_healthy; then
        compose ps && compose logs worker
        return 1
    fi
    id=$(compose ps -aq migrate)
    tell "migrate ended with $(state_of "$id" '{{.State.ExitCode}}')"
    [ "$(state_of "$id" '{{.State.ExitCode}}')" = 0 ]
}

is_locked_down() {
    id=$(compose ps -q worker | head -n 1)
    state_of "$id" '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}}' |
        grep -x '10001 true false' || return 1
    docker exec "$id" grep -E '^(CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/1/status | tr -s '\n\t' ' ' |
        grep 'CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2' || return 1
    docker exec "$id" touch /home/testronaut/kept || return 1
    ! docker exec "$id" touch /opt/testronaut/kept
}

is_ready() {
    ask_page http://127.0.0.1:8080/readyz | grep '"ready": true'
}

job_ends_with() {
    # job_ends_with EXIT-CODE PATTERN TOOL OPTION...: submits, waits, and looks for the pattern in what is shown.
    expected=$1 pattern=$2
    shift 2
    producer submit --wait "$@" >"$work/shown"
    code=$?
    cat "$work/shown"
    tell "exit $code $(grep -o -m 1 'sandbox: bubblewrap[a-z-]*' "$work/shown")"
    [ "$code" = "$expected" ] && grep -q "$pattern" "$work/shown"
}

report_can_be_read() {
    producer report -f json >"$work/report.json" && tell "digest $(field digest <"$work/report.json" | cut -c 1-12)"
}

spans_arrive() {
    trace=$(field trace_id <"$work/report.json")
    ask_page "http://jaeger:16686/api/traces/$trace" >"$work/trace.json" || return 1
    tell "$(grep -o '"operationName"' "$work/trace.json" | wc -l) spans; page at $(compose port jaeger 16686)"
    for span in 'stage analyze' 'stage generate' 'stage execute' 'stage verify' 'stage report' call; do
        grep -q "\"operationName\": *\"$span\"" "$work/trace.json" || { echo "no span: $span"; return 1; }
    done
}

owner() {
    ask_database "select split_part(owner, ':', 1) from attempt join work_item on item_id = work_item.id
        where stage = 'execute' and state = 'leased' and ended_at is null and job_id = '$job' limit 1" | grep .
}

attempts_ended() {
    ask_database "select ending, count(*) from attempt join work_item on item_id = work_item.id
        where job_id = '$job' group by ending"
}

begin_job() {
    # No answers of an earlier job may be used, or there would be nothing to interrupt: another seed, other calls.
    job=$(producer submit --seed "$1" "$tool" | head -n 1) && wait_until 90 owner
}

job_is_whole() {
    # job_is_whole SEED: the interrupted job says the same as one that nobody disturbed.
    producer watch "$job"
    [ $? = 1 ] || return 1
    producer report "$job" -f json >"$work/disturbed.json"
    # shellcheck disable=SC2086 # a list of options
    docker run $hardened --security-opt "seccomp=$project/deploy/seccomp.json" -v "$project/tools:/opt/tools:ro" \
        testronaut:latest run --seed "$1" "$tool" -f json >"$work/undisturbed.json"
    tell "executed $(field executed <"$work/disturbed.json") of $(field planned <"$work/disturbed.json")"
    [ "$(field digest <"$work/disturbed.json")" = "$(field digest <"$work/undisturbed.json")" ]
}

survives_a_kill() {
    begin_job 1 || return 1
    docker kill "$(owner)" && job_is_whole 1 && attempts_ended | grep '^lost'
}

stops_in_time() {
    compose up -d --scale worker=2 && wait_until 60 is_healthy && begin_job 2 || return 1
    workers=$(compose ps -q worker)
    began=$(now)
    compose stop worker
    tell "$(seconds_since "$began")"
    for id in $workers; do
        state_of "$id" '{{.State.ExitCode}}' | grep -x 0 || { docker logs --tail 20 "$id"; return 1; }
    done
}

goes_on() {
    # What they had begun they gave back themselves: nobody had to wait until a lease ran out.
    compose start worker && job_is_whole 2 && attempts_ended | grep '^released' && ! attempts_ended | grep '^lost'
}

holds_everything() {
    # Of Compose 1.29 it cannot be asked, so the container is run by hand.
    # shellcheck disable=SC2086 # a list of options
    docker run $hardened --security-opt "seccomp=$project/deploy/seccomp.json" --security-opt systempaths=unconfined \
        testronaut:latest run gzip --profile quick >"$work/shown"
    code=$?
    cat "$work/shown"
    tell "exit $code $(grep -o 'sandbox: bubblewrap[a-z-]*' "$work/shown")"
    [ "$code" = 0 ] && grep -q 'sandbox: bubblewrap,' "$work/shown"
}

is_refused_by_default() {
    # shellcheck disable=SC2086 # a list of options
    docker run $hardened testronaut:latest run gzip --sandbox bubblewrap 2>"$work/shown"
    code=$?
    cat "$work/shown"
    tell "exit $code"
    [ "$code" = 3 ] && grep -q 'seccomp=deploy/seccomp.json' "$work/shown"
}

fill_wheels() {
    docker run --rm -v "$project/deploy:/deploy" "$base" sh -c 'set -e
        python3 -m venv /venv && mkdir /none && sh /deploy/pip-settings.sh /deploy/ca /none /venv/bin/pip
        /venv/bin/pip download -q -d /deploy/wheels --require-hashes -r /deploy/requirements.lock
        /venv/bin/pip download -q -d /deploy/wheels "hatchling>=1.27"'
}

is_built_offline() {
    cp "$project/requirements.lock" "$project/deploy" && fill_wheels || return 1
    made="$name-base $name-offline $made"
    printf 'FROM %s\nRUN apt-get update -qq && apt-get install -y -qq --no-install-recommends bubblewrap\n' "$base" |
        docker build -q -t "$name-base" - || return 1
    began=$(now)
    docker build -q --network none --build-arg "BASE=$name-base" -t "$name-offline" "$project" || return 1
    tell "$(seconds_since "$began") of it without a network"
    docker run --rm --network none "$name-offline" --version
}

# --- the whole

clean_up() {
    trap - EXIT INT TERM
    {
        [ ! -d "$project" ] || compose down -v --remove-orphans
        # shellcheck disable=SC2086 # a list of names
        [ -z "$made" ] || docker image rm -f $made
        [ -z "$engine" ] || end_engine
    } >/dev/null 2>&1
    rm -rf "$work"
}

get_ready() {
    step "An engine answers" start_engine || return
    if docker compose version >/dev/null 2>&1; then composer="docker compose"; else composer=docker-compose; fi
    step "There is $base" provide "$base" make_base || return
    docker image inspect testronaut:latest >/dev/null 2>&1 || made="testronaut:latest $made"
    copy_project || { failed=1; return 1; }
    step "The project's image is built" build || return
    step "There is redis" provide_from redis:8-alpine tests/containers/redis || return
    step "There is postgres" provide_from postgres:17-alpine tests/containers/postgres || return
    step "There is jaeger" provide_from jaegertracing/jaeger:2.11.0 tests tests/containers/jaeger/Dockerfile
}

try_everything() {
    step "With --scale worker=2 all become healthy" start_stack || return
    step "A worker is nobody, may nothing, and writes to its own home alone" is_locked_down
    step "A worker is ready" is_ready
    step "A tool of the image is tested, in a sandbox without /proc" \
        job_ends_with 0 'sandbox: bubblewrap-noproc' gzip --profile quick
    step "Its report can be read" report_can_be_read
    step "Its spans arrive" spans_arrive
    step "A tool with a fault ends with 1" job_ends_with 1 option.documented_rejected "$tool"
    step "A tool that is not there ends with 4" job_ends_with 4 '' no-such-tool
    step "A worker killed in the middle loses nothing" survives_a_kill
    step "Workers end in time in the middle of a job" stops_in_time
    step "The job goes on where it was" goes_on
    step "With systempaths=unconfined the sandbox is whole" holds_everything
    step "Without the profile the sandbox is refused, with the way out" is_refused_by_default
    step "Without an index and a network the image is built from wheels" is_built_offline
}

trap clean_up EXIT
trap 'exit 130' INT TERM
if get_ready; then try_everything; fi
exit "$failed"
