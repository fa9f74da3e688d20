# aftersales: a PGXS build.
#
#   make, make install, make installcheck     as for any PostgreSQL extension
#   make test, make demo, make bench          need nothing but git and make: they fetch
#                                             what is missing and use a throwaway server
#
# ASSERTS=1       compile our Assert()s in
# WERROR=         let a warning of a newer compiler pass
# enable_nls=no   leave the translated messages out (without msgfmt they are left out anyway)
# with_llvm=yes   build bitcode for JIT inlining too (needs the clang of the server)

EXTENSION = aftersales
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)

MODULE_big = $(EXTENSION)
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

WERROR = -Werror
PG_CPPFLAGS = -DAFTERSALES_VERSION=\"$(EXTVERSION)\" $(if $(filter 1,$(ASSERTS)),-DUSE_ASSERT_CHECKING)
# The -Wno- options are for what PostgreSQL's own headers and calling conventions do.
PG_CFLAGS = -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-cast-function-type -MMD -MP

# The rooms of the extension, in load order, and what create_desk() and
# install_policy() and install_calendar() read from the share directory at run time.
ROOMS = $(sort $(wildcard sql/*.sql))
INSTALL_SCRIPT_SQL = $(EXTENSION)--$(EXTVERSION).sql
DATA_built = $(INSTALL_SCRIPT_SQL)
DATA = $(wildcard sql/upgrade/*.sql)
SHARE_ROOMS = desk policy calendar

EXTRA_CLEAN = build src/*.d
# installcheck is ours: see tools/check.
NO_INSTALLCHECK = 1

# Bitcode is off unless asked for: it would make clang a build dependency.
ifneq ($(origin with_llvm),command line)
override with_llvm := no
endif

.DEFAULT_GOAL := all
.PHONY: test demo bench

test demo bench:
	@tools/$@

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

ifeq ($(wildcard $(PGXS)),)

# No server headers here. The three targets above do without.
.PHONY: all install uninstall installcheck clean
all install uninstall installcheck clean:
	@echo "$(PG_CONFIG) of a PostgreSQL server development package is needed; tools/bootstrap installs it." >&2
	@false

else

include $(PGXS)

# make update-po: PostgreSQL's rules would name its own project and address.
XGETTEXT += --package-name=$(EXTENSION) --package-version=$(EXTVERSION) --msgid-bugs-address=$(EXTENSION)
MSGMERGE += --add-location=file --no-fuzzy-matching

# A stamp is rewritten only when what it holds has changed, so that a change of
# flags, or a removed file, rebuilds what depends on it.
stamp = mkdir -p build && printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' > $@

.PHONY: FORCE
FORCE:
build/flags: FORCE
	@$(call stamp,$(CC) $(CPPFLAGS) $(CFLAGS))
build/rooms: FORCE
	@$(call stamp,$(EXTVERSION) $(ROOMS))
build/objects: FORCE
	@$(call stamp,$(OBJS))

$(OBJS): Makefile build/flags
$(shlib): build/objects
-include $(wildcard src/*.d)

$(INSTALL_SCRIPT_SQL): Makefile build/rooms $(ROOMS)
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	  for room in $(ROOMS); do printf '\n-- %s\n\n' "$$room"; cat "$$room"; echo; done; } > $@.tmp
	@mv $@.tmp $@

share_dir = $(DESTDIR)$(datadir)/extension/$(EXTENSION)

# Old files go first: what lies in these directories is run, so a renamed one must not stay.
define install_share_room
	$(MKDIR_P) '$(share_dir)/$(1)'
	rm -f '$(share_dir)/$(1)'/*.sql
	$(if $(wildcard sql/$(1)/*.sql),$(INSTALL_DATA) $(sort $(wildcard sql/$(1)/*.sql)) '$(share_dir)/$(1)/')

endef

.PHONY: install-share uninstall-share installcheck
install: install-share
install-share:
	$(foreach room,$(SHARE_ROOMS),$(call install_share_room,$(room)))
uninstall: uninstall-share
uninstall-share:
	rm -rf '$(share_dir)'

# Against a server that runs and has the extension installed. KINDS and TESTS narrow it down.
installcheck:
	@PG_CONFIG='$(PG_CONFIG)' tools/check

endif
