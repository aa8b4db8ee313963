# Protium.  `make help` says what there is; README.md is the place to begin.

MODE    ?= release
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
AR      := $(if $(filter default,$(origin AR)),ar,$(AR))
PREFIX  ?= /usr/local
WERROR  ?=
V       ?=
SECONDS ?= 60
B       := build/$(MODE)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '%-5s %s\n' $(1) $(2);)

# What a mode is: optimisation, and what is built in to watch.
opt_release  := -O2
opt_gcc      := -O2
opt_clang    := -O2
opt_gcc-O0   := -O0
opt_clang-O0 := -O0
opt_asan     := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
                -fno-sanitize-recover=all
opt_cover    := -O0 --coverage
opt_fuzz     := -O1 -fno-omit-frame-pointer \
                -fsanitize=fuzzer-no-link,address,undefined \
                -fno-sanitize-recover=all
OPT := $(opt_$(MODE))
ifeq ($(OPT),)
$(error MODE=$(MODE) is not known (expected release, gcc, clang, gcc-O0, \
  clang-O0, asan, cover or fuzz))
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Wformat=2 \
  -Wswitch-enum -Wfloat-equal -Wdouble-promotion -Wwrite-strings
# Fused multiply-add would change results from one machine to another.
FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -I. -Isim -g $(OPT) $(WARNINGS) \
  $(WERROR) -fno-common -ffp-contract=off
ALL_CFLAGS := $(FLAGS) $(CFLAGS)
LIBS := -lgsl -lgslcblas -ljansson -lsqlite3 -lnettle -lz -lzstd -llzma -lm

CORE_SRC := $(sort $(wildcard sim/base/*.c sim/core/*.c sim/policy/*.c \
                              sim/place/*.c))
MAIN_SRC := sim/tool/main.c
REST_SRC := $(filter-out $(MAIN_SRC),$(sort $(wildcard sim/*.c \
  sim/world/*.c sim/metrics/*.c sim/sink/*.c sim/ask/*.c sim/tool/*.c models/*.c \
  models/*/*.c traces/*.c traces/*/*.c plots/*.c experiments/*.c)))
GP := $(sort $(wildcard plots/*.gp))

SUITES   := unit conform differ theory golden issues
TEST_SRC := $(sort $(foreach s,$(SUITES),$(wildcard tests/$(s)/test_*.c \
  tests/$(s)/check_*.c)))
AID_SRC  := $(filter-out $(TEST_SRC),$(sort $(foreach s,$(SUITES),\
  $(wildcard tests/$(s)/*.c))))

obj = $(patsubst %.c,$(B)/%.o,$(1))
CORE_OBJ := $(call obj,$(CORE_SRC))
REST_OBJ := $(call obj,$(REST_SRC)) $(B)/plots_gp.o
AID_OBJ  := $(call obj,$(AID_SRC))
TESTS    := $(patsubst %.c,$(B)/%,$(TEST_SRC))
CORE_LIB := $(B)/libprotium-core.a
REST_LIB := $(B)/libprotium.a
AID_LIB  := $(B)/libtests.a

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all demo figures test check check-all asan cover fuzz \
  bench lint format format-check purity repro install man clean help \
  program tests force

all: build/protium ## build build/protium (the default)

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / \
	  { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "  CC=clang picks the compiler, V=1 shows commands, -j2 is faster"

demo: ## set up, build, compare five schedulers, draw figures in demo/
	@sh tests/setup.sh demo
	@$(MAKE) --no-print-directory -j2 all
	@sh tests/demo.sh

figures: ## the studies of experiments/ and their figures, in build/figures/
	@sh tests/setup.sh demo
	@$(MAKE) --no-print-directory -j2 all
	@sh experiments/figures.sh

test: ## set up, then all tests with gcc, clang and the sanitizers
	@sh tests/setup.sh test
	@sh tests/run.sh all

check: ## a quick look: one compiler, no theory, no sanitizers
	@sh tests/setup.sh test
	@sh tests/run.sh quick

check-all: test cover fuzz ## test, cover and fuzz

asan: ## the tests under AddressSanitizer and UBSan
	@sh tests/run.sh asan

cover: ## line coverage; sim/core must have 95 %
	@sh tests/run.sh cover

fuzz: fuzz-swf fuzz-pipeline fuzz-eventlog fuzz-outages ## feed each reader with nonsense

fuzz-%: # for SECONDS=60
	@sh tests/setup.sh fuzz
	@$(MAKE) --no-print-directory -j2 MODE=fuzz CC=clang build/fuzz/fuzz_$*
	@sh tests/fuzz/run.sh build/fuzz/fuzz_$* tests/fuzz/corpus/$* $(SECONDS)

bench: all ## how much slower than no scheduling at all
	@sh tests/bench/run.sh

lint: ## layers, lengths, words, headers, format; and that each of them bites
	@sh tests/run.sh lint

format: ## clang-format all
	@clang-format -i $$(sh tests/lint/files.sh .)

format-check: ## is it formatted?
	@sh tests/lint/format.sh .

purity: $(CORE_LIB) ## the core has no state, and needs libc only
	@sh tests/lint/purity.sh $(CORE_LIB)

repro: ## same bytes from both compilers, -O0 and -O2, any locale
	@sh tests/lint/repro.sh

program: $(B)/protium
tests: $(TESTS) $(B)/protium

build/protium: $(B)/protium
	@ln -sf $(MODE)/protium $@

man: build/man/protium.1 ## write build/man/protium.1

build/man/protium.1: build/protium
	@mkdir -p $(@D)
	$(call say,MAN,$@)build/protium help --man >$@.tmp
	@if command -v mandoc >/dev/null; then mandoc -T lint -W warning $@.tmp; fi
	@mv $@.tmp $@

install: all man ## install below PREFIX=/usr/local
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 build/protium $(DESTDIR)$(PREFIX)/bin/protium
	install -m 644 build/man/protium.1 $(DESTDIR)$(PREFIX)/share/man/man1

clean: ## remove build/ and demo/
	rm -rf build demo

# Flags are a prerequisite: other flags, other objects.
$(B)/flags: force
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(B)/commit: force
	@mkdir -p $(@D)
	@{ git describe --always --dirty --abbrev=12 2>/dev/null || \
	  echo unknown; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(B)/sim/version.o: $(B)/commit
$(B)/sim/version.o: ALL_CFLAGS += -DPT_COMMIT='"$(shell cat $(B)/commit)"'

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/plots_gp.c: plots/embed.sh $(GP)
	@mkdir -p $(@D)
	$(call say,EMBED,$@)sh plots/embed.sh $(GP) >$@.tmp
	@mv $@.tmp $@

$(B)/plots_gp.o: $(B)/plots_gp.c $(B)/flags
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

define archive
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^
endef
$(CORE_LIB): $(CORE_OBJ)
	$(archive)
$(REST_LIB): $(REST_OBJ)
	$(archive)
$(AID_LIB): $(AID_OBJ)
	$(archive)

$(B)/protium: $(call obj,$(MAIN_SRC)) $(REST_LIB) $(CORE_LIB)
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(TESTS): $(B)/%: $(B)/%.o $(AID_LIB) $(REST_LIB) $(CORE_LIB)
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(REST_LIB) $(CORE_LIB)
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
