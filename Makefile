# `make` lists the targets.

SWIFT := swift
# With CI set, warnings in this package are errors, and the traits that are off by default are on, too.
ERRORS := $(if $(CI),-Xswiftc -warnings-as-errors)
STRICT := $(ERRORS) $(if $(CI),--enable-all-traits)
# A package's traits reach the compiler in the order of a hash table, and all that they concern is compiled again when it
# is another one.
STEADY := SWIFT_DETERMINISTIC_HASHING=1 $(SWIFT)
BUILD := $(STEADY) build
SWIFT_FILES := $(wildcard Package.swift Sources Tests Benchmarks Examples Fuzzing)
TEST = $(SWIFT) test --skip-build --disable-xctest $(STRICT)
TEST_WITH_BACKTRACES = Tests/Support/with-backtraces $(TEST)
# One after another: beside hundreds of others a test can be slower than the time limits that it is about, and on a
# server that all of them share it would see in $$all what the others write.
SERIALLY := --no-parallel
PUMP := .build/debug/pump
RELEASED_PUMP := .build/release/pump
comma := ,
# Those of the client.
TRAITS := Configuration HTTP Metrics ServiceLifecycle Tracing
# The optimised build does about five times as much in the same time.
SIMULATE_BUILD := release
EXAMPLES := Examples
# The usual linker, gold, warns of symbols of the sanitizers.
LLD := $(if $(filter Linux,$(shell uname)),-Xswiftc -use-ld=lld)
# The generated C code is also looked through for undefined behaviour, whose handlers come with those for addresses.
# Reports without debug information name functions, but no lines.
SANITIZED := $(if $(CI),-debug-info-format none) $(LLD)
ADDRESS := --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined --scratch-path .build/address \
	$(SANITIZED)
THREAD := --sanitize=thread --scratch-path .build/thread $(SANITIZED)
COVERAGE := --enable-code-coverage --scratch-path .build/coverage
LIBRARIES := PhotonPump PhotonPumpAdmin EmbeddedEventStore PhotonPumpTesting
# Callgrind reads the debug information of a program this large slowly, or not at all.
BENCHMARKS := $(BUILD) --quiet -c release -debug-info-format none --package-path Benchmarks --product benchmarks
BENCHMARKS_PROGRAM := $(abspath Benchmarks/.build/release/benchmarks)
# What is found besides traps: FUZZ_SANITIZER=fuzzer,address finds more, and is several times slower.
FUZZ_SANITIZER := fuzzer
FUZZ_BUILD := .build/$(subst $() ,-,$(subst $(comma), ,$(FUZZ_SANITIZER)))
FUZZ := $(BUILD) --quiet -c release -debug-info-format none --package-path Fuzzing --scratch-path Fuzzing/$(FUZZ_BUILD) \
	--product fuzz -Xswiftc -enable-testing -Xswiftc -sanitize=$(FUZZ_SANITIZER)
FUZZ_PROGRAM = $(abspath Fuzzing/$(FUZZ_BUILD)/release/fuzz)
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
INCLUDES := $(wildcard /usr/include /usr/local/include /opt/homebrew/include $(addsuffix /opt/openssl@3/include, \
	/usr/local /opt/homebrew))
# Where Debian has headers that depend on the processor.
CURL_INCLUDES := $(INCLUDES) $(wildcard /usr/include/*-linux-gnu* /opt/homebrew/opt/curl/include)
MESSAGES := Sources/CEventStoreMessages

# $(call install,APT PACKAGES,BREW FORMULAE): quiet unless something goes wrong.
define install
if command -v apt-get >/dev/null; then \
	echo "Installing $(1)" >&2; \
	sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$sudo apt-get -qq update; $$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends $(1) >/dev/null; \
elif command -v brew >/dev/null; then brew install --quiet $(2); \
else echo "Please install what Debian calls $(1); this machine has neither apt-get nor brew." >&2; exit 1; fi
endef

# $(call build-with,TRAIT)
define build-with
$(BUILD) $(ERRORS) --disable-default-traits --traits $(1) --scratch-path .build/bare-with --target PhotonPump

endef

# Those of TARGETS alone are built then.
CHOSEN = $(if $(TARGETS),PHOTONPUMP_TEST_TARGETS='$(TARGETS)')

# $(call sanitized,SANITIZER,ITS FLAGS)
define sanitized
$(CHOSEN) $(BUILD) --build-tests $(STRICT) $(2)
$(CHOSEN) Tests/Sanitizers/run $(1) $(TEST) $(2) $(SERIALLY) $(if $(FILTER),--filter '$(FILTER)')
endef

.PHONY: help deps build build-tests build-bare release demo example minimal example-deps test simulate soak chaos drill \
	hand-over fuzz fuzz-corpus fuzz-record sanitize sanitize-address sanitize-thread coverage format \
	lint lint-deps protos protos-deps check-protos docs bench benchmarks benchmarks-check benchmarks-record \
	benchmarks-scale benchmarks-deps check-api interop interop-openssl interop-deps eventstore_docker all_tests clean FORCE

help: ## Lists the targets
	@awk -F ':.* ## ' '/^[a-z_-]+:.* ## / { printf "%-18s %s\n", $$1, $$2 }' Makefile

deps: ## Installs the system libraries that are missing
ifeq (,$(wildcard $(INCLUDES:%=%/protobuf-c/protobuf-c.h)))
	@$(call install,libprotobuf-c-dev pkg-config,protobuf-c)
endif
ifeq (,$(wildcard $(INCLUDES:%=%/openssl/ssl.h)))
	@$(call install,libssl-dev pkg-config,openssl@3)
endif
ifeq (,$(wildcard $(CURL_INCLUDES:%=%/curl/curl.h)))
	@$(call install,libcurl4-openssl-dev pkg-config,curl)
endif
	@:

build: deps ## Builds everything
	$(BUILD) $(STRICT)

build-bare: deps ## Builds the client without traits and with each, and looks that nothing else comes with them
	$(BUILD) $(ERRORS) --disable-default-traits --scratch-path .build/bare --target PhotonPump
	@modules=$$($(BUILD) --scratch-path .build/bare --show-bin-path)/Modules; \
		[ -e $$modules/PhotonPump.swiftmodule ] && ! ls $$modules | grep -E '$(subst $() ,|,$(TRAITS))'
	$(foreach trait,$(TRAITS),$(call build-with,$(trait)))
# What Swift files import, their objects ask the linker for. Darwin has one Foundation only, and swift-configuration reads
# files of JSON by all of it.
ifneq ($(shell uname),Darwin)
	@! find .build/bare .build/bare-with -name '*.o' -not -path '*/Configuration.build/*' \
		-exec grep -laP -- '-lFoundation(\0|$$)' {} + | grep . \
		|| { echo "These link all of Foundation, and so ICU." >&2; exit 1; }
endif

release: deps ## Builds everything, optimised
	$(BUILD) -c release $(STRICT)

$(PUMP): FORCE deps
	@[ -e $@ ] || echo "Building; the first time this takes some minutes." >&2
	@$(BUILD) --quiet $(STRICT) --product pump

demo: $(PUMP) ## Tours the client against the embedded server
	@$(PUMP) demo

example: $(PUMP) example-deps ## Builds and tests the programs in Examples
	$(BUILD) --quiet --build-tests --package-path $(EXAMPLES)
	@Tests/Support/with-server $(PUMP) $(EXAMPLES)/ExactlyOnce/try-it $(abspath $(PUMP))
	@Tests/Support/with-server $(PUMP) $(EXAMPLES)/Chat/try-it
	@$(EXAMPLES)/Orders/try-it
	$(SWIFT) test --skip-build --disable-xctest --package-path $(EXAMPLES)

minimal: $(PUMP) ## Builds the smallest program in Examples as one would ship it, and says what it takes
	@Tests/Support/with-server $(PUMP) $(EXAMPLES)/Minimal/measure

example-deps: deps
ifeq (,$(and $(wildcard $(INCLUDES:%=%/sqlite3.h)),$(shell command -v sqlite3)))
	@$(call install,libsqlite3-dev sqlite3,sqlite)
endif
ifeq (,$(shell command -v curl))
	@$(call install,curl,curl)
endif
	@:

build-tests: deps
	$(BUILD) --build-tests $(STRICT)

test: build-tests ## Runs the tests, against the server at PHOTONPUMP_URL if that is set; FILTER=… chooses some
	$(TEST_WITH_BACKTRACES) $(SERIALLY) $(if $(FILTER),--filter '$(FILTER)')

simulate: deps ## Simulates clusters in which everything fails, for a minute; SEED, SECONDS and CALLS choose which and how
	$(BUILD) -c $(SIMULATE_BUILD) $(STRICT) --product run-trials
	@SWIFT_DETERMINISTIC_HASHING=1 .build/$(SIMULATE_BUILD)/run-trials simulate seed=$(SEED) seconds=$(SECONDS) calls=$(CALLS)

soak: deps ## The same over real sockets, for five minutes or MINUTES, with a report
	$(BUILD) -c release $(STRICT) --product run-trials
# Memory that threads keep for themselves would count as being in use.
	@GLIBC_TUNABLES=glibc.malloc.tcache_count=0 .build/release/run-trials soak seed=$(SEED) minutes=$(MINUTES)

chaos: build-tests ## Lets the nodes of a cluster fail for a minute while it is used; PHOTONPUMP_CHAOS_SEED=… chooses how
	PHOTONPUMP_CHAOS_SECONDS=$${PHOTONPUMP_CHAOS_SECONDS:-60} $(TEST_WITH_BACKTRACES) --filter ChaosTests

drill: build-tests ## Kills and suspends three real nodes while they are used: those of Docker or of PHOTONPUMP_DRILL_NODE
# Memory that threads keep for themselves would count as being in use.
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0 Tests/Support/drill-nodes run $(TEST_WITH_BACKTRACES) --filter DrillTests

hand-over: build-tests ## Lets subscriptions go live 1,000 times while events are written and connections are lost
	PHOTONPUMP_HANDOVER_RUNS=$${PHOTONPUMP_HANDOVER_RUNS:-1000} $(TEST_WITH_BACKTRACES) --filter HandOverTests

sanitize: sanitize-address sanitize-thread ## Runs the tests with each sanitizer, which builds everything for itself

sanitize-address: deps ## Looks for wrong uses of memory, leaks, and undefined behaviour of C; FILTER and TARGETS choose tests
	$(call sanitized,address,$(ADDRESS))

sanitize-thread: deps ## Looks for data races; FILTER and TARGETS choose tests
	$(call sanitized,thread,$(THREAD))

coverage: deps ## Says how many lines of each module the tests run; MODULE=PhotonPump lists those that they do not
	$(BUILD) --build-tests $(STRICT) $(COVERAGE)
	$(TEST) $(COVERAGE) $(SERIALLY)
	@Tests/Support/coverage "$$($(SWIFT) test $(COVERAGE) --show-codecov-path)" $(MODULE)

fuzz: deps ## Looks for inputs that break something: SECONDS=10 for each target, TARGETS=… for some, FUZZ_SANITIZER=fuzzer,address
	$(FUZZ)
	@CORPUS=keep Fuzzing/run $(FUZZ_PROGRAM) $(or $(SECONDS),10) $(TARGETS)

fuzz-corpus: deps ## Tries the saved inputs, and others for a second for each target
	$(FUZZ)
	@Fuzzing/run $(FUZZ_PROGRAM) 1 $(TARGETS)

fuzz-record: deps ## Writes to Fuzzing/Corpus the inputs that were found to reach something new
	$(FUZZ)
	@Fuzzing/record $(FUZZ_PROGRAM) $(TARGETS)

format: ## Formats the sources
	$(SWIFT) format --in-place --parallel --recursive $(SWIFT_FILES)

lint: ## Checks the format, the rules in .ci/check-sources and the compose file
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_FILES)
	.ci/check-sources
	@if $(COMPOSE) version >/dev/null 2>&1; then $(COMPOSE) config -q && $(COMPOSE) --profile cluster config -q; fi

lint-deps: # What the check of the compose file needs.
	@$(COMPOSE) version >/dev/null 2>&1 || { $(call install,docker-compose,docker-compose); }

protos: protos-deps ## Generates the C code from Protos again
	protoc-c $(INCLUDES:%=-I%) -IProtos --c_out=$(MESSAGES) Protos/Messages.proto
	mv $(MESSAGES)/Messages.pb-c.h $(MESSAGES)/include/

protos-deps: deps
ifeq (,$(and $(shell command -v protoc-c),$(wildcard $(INCLUDES:%=%/google/protobuf/descriptor.proto))))
	@$(call install,protobuf-c-compiler libprotobuf-dev,protobuf-c)
endif
	@:

check-protos: protos ## Fails when the generated C code is not that of Protos
	git diff --exit-code -- $(MESSAGES)

docs: deps ## Builds the documentation of the libraries into .build/docs, and says how to look at it
	@rm -rf .build/docs && mkdir -p .build/docs
	$(STEADY) package $(STRICT) --allow-writing-to-directory .build/docs generate-documentation $(LIBRARIES:%=--target %) \
		--enable-experimental-combined-documentation --warnings-as-errors --output-path .build/docs
	@echo "To look at it: python3 -m http.server -d .build/docs 8080, and http://localhost:8080/documentation"

bench: release ## Measures against an embedded server of its own
	@Tests/Support/with-server $(RELEASED_PUMP) Benchmarks/run $(RELEASED_PUMP)

benchmarks: deps ## Measures the parts of the client, in memory: the processor's time for each
	$(BENCHMARKS)
	@$(BENCHMARKS_PROGRAM)

benchmarks-check: deps ## Counts instructions and allocations, and fails when they are over 5 % more than recorded
	$(BENCHMARKS)
	@Benchmarks/count check $(BENCHMARKS_PROGRAM)

benchmarks-record: deps ## Counts instructions and allocations, and writes them to Benchmarks/Recorded.txt
	$(BENCHMARKS)
	@Benchmarks/count record $(BENCHMARKS_PROGRAM)

benchmarks-scale: deps ## Measures how the costs of the client grow with what it has to do
	$(BENCHMARKS)
	@$(BENCHMARKS_PROGRAM) scale

benchmarks-deps: # What counts them.
	@command -v valgrind >/dev/null || { $(call install,valgrind,valgrind); }

interop: $(PUMP) interop-deps interop-openssl ## Tests the embedded server with photon-pump, the Python client
	@Tests/Support/with-server $(PUMP) .venv/bin/python Tests/Interop/photonpump_interop.py

interop-openssl: $(PUMP) # Tests the embedded server's TLS with the openssl command, where there is one.
	@Tests/Support/with-server $(PUMP) Tests/Interop/openssl_interop

interop-deps: .venv/photon-pump

.venv/photon-pump: Tests/Interop/install Tests/Interop/requirements.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { $(call install,python3-venv,python); }
	Tests/Interop/install .venv
	@touch $@

check-api: deps ## Compares the public interface with that of the last tag, and fails when programs would break
	@SWIFT='$(SWIFT)' .ci/check-api $(STRICT)

eventstore_docker: ## Starts a real server in Docker
	$(COMPOSE) up -d eventstore
	@Tests/Support/await-healthy $$($(COMPOSE) ps -q eventstore)

all_tests: eventstore_docker ## Runs the tests against a real server in Docker
	PHOTONPUMP_URL=tcp://admin:changeit@localhost:1113 $(MAKE) test

clean: ## Removes what was built
	rm -rf .build .venv $(EXAMPLES)/.build Benchmarks/.build Fuzzing/.build
