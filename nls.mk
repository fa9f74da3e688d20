# Translations of the messages of src/. The rules are PostgreSQL's (nls-global.mk).
#
#   make update-po          po/*.po.new: the catalogs merged with the messages of today
#   make enable_nls=no …    build and install without them
CATALOG_NAME = aftersales
# PostgreSQL 16 and later read po/LINGUAS themselves.
AVAIL_LANGUAGES = $(shell cat $(srcdir)/po/LINGUAS)
GETTEXT_FILES = $(sort $(wildcard src/*.c))
GETTEXT_TRIGGERS = $(BACKEND_COMMON_GETTEXT_TRIGGERS)
GETTEXT_FLAGS = $(BACKEND_COMMON_GETTEXT_FLAGS) psprintf:1:c-format appendStringInfo:2:c-format

# Without msgfmt everything else is built: no catalog is wanted then.
ifeq (,$(shell command -v $(MSGFMT)))
WANTED_LANGUAGES = none
.PHONY: no-msgfmt
no-msgfmt:
	@echo "no msgfmt (package gettext): messages will be in English only"
all-po: no-msgfmt
endif
