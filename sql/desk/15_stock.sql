-- A desk's spare-parts ledger.  The shapes of what is written to it are the
-- templates of sql/33_stock_template.sql; balances, serial numbers and
-- exchanges follow from the moves and are written by triggers only.

CREATE TABLE @desk@.part (
    part_no     text CONSTRAINT part_pkey PRIMARY KEY CONSTRAINT part_no_check CHECK (part_no <> ''),
    exchange    text NOT NULL DEFAULT 'one_for_one'
                CONSTRAINT part_exchange_check CHECK (exchange IN ('one_for_one', 'consumable', 'loaner')),
    is_serialised boolean NOT NULL DEFAULT false,
    unit        text NOT NULL DEFAULT 'piece',
    decimals    smallint NOT NULL DEFAULT 0 CONSTRAINT part_decimals_check CHECK (decimals BETWEEN 0 AND 3),
    component   text,
    grade       smallint,
    product_line text,
    label       text,
    is_active   boolean NOT NULL DEFAULT true,
    external_ref text CONSTRAINT part_external_ref_key UNIQUE,
    CONSTRAINT part_serialised_check CHECK (NOT is_serialised OR decimals = 0)
);
COMMENT ON TABLE @desk@.part IS 'One row per part that is kept in the ledger; also keys, parcels and passes.';
COMMENT ON COLUMN @desk@.part.part_no IS 'Part number. Fixed.';
COMMENT ON COLUMN @desk@.part.exchange IS 'What a hand-out must end in: one_for_one (installed, and a defective part back for it, or returned), consumable (installed or returned), loaner (returned). Fixed.';
COMMENT ON COLUMN @desk@.part.is_serialised IS 'Whether each piece has a serial number and is followed by it. Fixed.';
COMMENT ON COLUMN @desk@.part.unit IS 'Unit of all quantities, for example piece or metre. Fixed.';
COMMENT ON COLUMN @desk@.part.decimals IS 'How many decimals quantities may have. Fixed.';
COMMENT ON COLUMN @desk@.part.component IS 'Component it is, as in ticket.component; decides which warranty an installed one carries.';
COMMENT ON COLUMN @desk@.part.grade IS 'Grade among parts that can stand in for one another; higher is better.';
COMMENT ON COLUMN @desk@.part.product_line IS 'Product line it belongs to.';
COMMENT ON COLUMN @desk@.part.label IS 'Name.';
COMMENT ON COLUMN @desk@.part.is_active IS 'Whether it may still be received.';
COMMENT ON COLUMN @desk@.part.external_ref IS 'The writing system''s own key, unique where given.';

CREATE TABLE @desk@.location_kind (
    kind        text CONSTRAINT location_kind_pkey PRIMARY KEY,
    physical    boolean NOT NULL,
    in_hands    boolean NOT NULL DEFAULT false,
    label_en    text,
    label_zh    text,
    CONSTRAINT location_kind_in_hands_check CHECK (physical OR NOT in_hands)
);
COMMENT ON TABLE @desk@.location_kind IS 'One row per kind of location. create_desk() brings those that purposes name; others may be added.';
COMMENT ON COLUMN @desk@.location_kind.kind IS 'Code. Fixed.';
COMMENT ON COLUMN @desk@.location_kind.physical IS 'Whether parts lie there, so that no balance may fall below zero. Virtual locations, the other side of moves from and to the outside, keep no balance. Fixed.';
COMMENT ON COLUMN @desk@.location_kind.in_hands IS 'Whether what is there is in somebody''s hands and has to come back. Fixed.';
COMMENT ON COLUMN @desk@.location_kind.label_en IS 'English label.';
COMMENT ON COLUMN @desk@.location_kind.label_zh IS 'Chinese label.';
INSERT INTO @desk@.location_kind (kind, physical, in_hands, label_en, label_zh) VALUES
    ('store',      true,  false, 'Store', '仓库'),
    ('transit',    true,  false, 'In transit', '在途'),
    ('repairer',   true,  false, 'At the repairer', '返修处'),
    ('engineer',   true,  true,  'In the hands of an engineer', '工程师手中'),
    ('customer',   true,  true,  'On loan to a customer', '客户借用'),
    ('supplier',   false, false, 'Supplier', '供应方'),
    ('opening',    false, false, 'Opening balance', '期初'),
    ('installed',  false, false, 'In customers'' machines', '已装机'),
    ('kept',       false, false, 'Left to the customer', '客户自留'),
    ('lost',       false, false, 'Lost', '遗失'),
    ('scrapped',   false, false, 'Scrapped', '报废'),
    ('recipient',  false, false, 'Handed over to its recipient', '已交收件人'),
    ('adjustment', false, false, 'Differences of counts', '盘点差异');

CREATE TABLE @desk@.stock_location (
    location    text CONSTRAINT stock_location_pkey PRIMARY KEY CONSTRAINT stock_location_check CHECK (location <> ''),
    kind        text NOT NULL CONSTRAINT stock_location_kind_fkey REFERENCES @desk@.location_kind (kind),
    parent      text CONSTRAINT stock_location_parent_fkey REFERENCES @desk@.stock_location (location),
    holder      text CONSTRAINT stock_location_holder_fkey REFERENCES @desk@.staff (login),
    org_id      bigint CONSTRAINT stock_location_org_fkey REFERENCES @desk@.org_unit (org_id),
    policy      text,
    label       text,
    is_active   boolean NOT NULL DEFAULT true,
    external_ref text CONSTRAINT stock_location_external_ref_key UNIQUE
);
CREATE INDEX stock_location_kind_idx ON @desk@.stock_location (kind);
CREATE INDEX stock_location_parent_idx ON @desk@.stock_location (parent) WHERE parent IS NOT NULL;
CREATE INDEX stock_location_holder_idx ON @desk@.stock_location (holder) WHERE holder IS NOT NULL;
CREATE INDEX stock_location_org_idx ON @desk@.stock_location (org_id) WHERE org_id IS NOT NULL;
COMMENT ON TABLE @desk@.stock_location IS 'One row per place parts can be in: a store, the hands of an engineer, a supplier, customers'' machines, ...';
COMMENT ON COLUMN @desk@.stock_location.location IS 'Code. Fixed.';
COMMENT ON COLUMN @desk@.stock_location.kind IS 'Kind of location. Fixed.';
COMMENT ON COLUMN @desk@.stock_location.parent IS 'Location it is part of, for reports; balances are not summed up by it.';
COMMENT ON COLUMN @desk@.stock_location.holder IS 'Staff login of who answers for what is there.';
COMMENT ON COLUMN @desk@.stock_location.org_id IS 'Unit it belongs to.';
COMMENT ON COLUMN @desk@.stock_location.policy IS 'Policy whose row guards judge moves from here that are for no ticket and no slip, and moves to here from where there is none. NULL: none.';
COMMENT ON COLUMN @desk@.stock_location.label IS 'Name.';
COMMENT ON COLUMN @desk@.stock_location.is_active IS 'Whether anything may still be moved here.';
COMMENT ON COLUMN @desk@.stock_location.external_ref IS 'The writing system''s own key, unique where given.';

CREATE TABLE @desk@.stock_slip (LIKE aftersales.stock_slip_template INCLUDING ALL);
ALTER TABLE @desk@.stock_slip
    ADD CONSTRAINT stock_slip_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id),
    ADD CONSTRAINT stock_slip_from_fkey FOREIGN KEY (from_location) REFERENCES @desk@.stock_location (location),
    ADD CONSTRAINT stock_slip_to_fkey FOREIGN KEY (to_location) REFERENCES @desk@.stock_location (location);
CREATE INDEX stock_slip_ticket_idx ON @desk@.stock_slip (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX stock_slip_from_idx ON @desk@.stock_slip (from_location);
CREATE INDEX stock_slip_to_idx ON @desk@.stock_slip (to_location);
COMMENT ON TABLE @desk@.stock_slip IS 'One row per slip: drafted, signed by the keeper of the stock and by the keeper of the accounts, posted, all its lines or none.';

CREATE TABLE @desk@.stock_count (LIKE aftersales.stock_count_template INCLUDING ALL);
ALTER TABLE @desk@.stock_count
    ADD CONSTRAINT stock_count_location_fkey FOREIGN KEY (location) REFERENCES @desk@.stock_location (location);
CREATE UNIQUE INDEX stock_count_due_key ON @desk@.stock_count (location, due_on) WHERE cancelled_at IS NULL;
CREATE INDEX stock_count_frozen_idx ON @desk@.stock_count (location, frozen_at);
COMMENT ON TABLE @desk@.stock_count IS 'One row per count of a location. Its differences, signed and approved, become the only moves that adjust balances.';

CREATE TABLE @desk@.part_exchange (
    exchange_id bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT part_exchange_pkey PRIMARY KEY,
    ticket_id   bigint CONSTRAINT part_exchange_ticket_fkey REFERENCES @desk@.ticket (ticket_id),
    part_no     text NOT NULL CONSTRAINT part_exchange_part_fkey REFERENCES @desk@.part (part_no),
    serial_no   text,
    exchange    text NOT NULL,
    location    text CONSTRAINT part_exchange_location_fkey REFERENCES @desk@.stock_location (location),
    quantity    numeric(14,3) NOT NULL DEFAULT 0 CONSTRAINT part_exchange_quantity_check CHECK (quantity >= 0),
    installed   numeric(14,3) NOT NULL DEFAULT 0,
    returned    numeric(14,3) NOT NULL DEFAULT 0,
    lost        numeric(14,3) NOT NULL DEFAULT 0,
    removed     numeric(14,3) NOT NULL DEFAULT 0,
    kept        numeric(14,3) NOT NULL DEFAULT 0,
    defective_returned numeric(14,3) NOT NULL DEFAULT 0,
    defective_lost numeric(14,3) NOT NULL DEFAULT 0,
    defective_part_no text CONSTRAINT part_exchange_defective_fkey REFERENCES @desk@.part (part_no),
    defective_serial_no text,
    issued_at   timestamptz NOT NULL,
    removed_at  timestamptz,
    balanced_at timestamptz
);
CREATE INDEX part_exchange_ticket_idx ON @desk@.part_exchange (ticket_id, balanced_at) WHERE ticket_id IS NOT NULL;
CREATE INDEX part_exchange_part_idx ON @desk@.part_exchange (part_no, serial_no);
CREATE INDEX part_exchange_defective_idx ON @desk@.part_exchange (defective_part_no) WHERE defective_part_no IS NOT NULL;
CREATE INDEX part_exchange_location_idx ON @desk@.part_exchange (location);
CREATE INDEX part_exchange_open_idx ON @desk@.part_exchange (part_no, location) WHERE balanced_at IS NULL;
COMMENT ON TABLE @desk@.part_exchange IS 'One row per hand-out of a part: what has become of it, and of the defective one that comes back for it. Follows from stock_move; written by triggers only. Quantities are in the part''s unit.';
COMMENT ON COLUMN @desk@.part_exchange.exchange_id IS 'Key.';
COMMENT ON COLUMN @desk@.part_exchange.ticket_id IS 'Ticket it is for; NULL: a loan without one.';
COMMENT ON COLUMN @desk@.part_exchange.part_no IS 'Part that was handed out; where only a defective one was taken out so far, that one.';
COMMENT ON COLUMN @desk@.part_exchange.serial_no IS 'Its serial number.';
COMMENT ON COLUMN @desk@.part_exchange.exchange IS 'What it must end in, as part.exchange.';
COMMENT ON COLUMN @desk@.part_exchange.location IS 'In whose hands it was given.';
COMMENT ON COLUMN @desk@.part_exchange.quantity IS 'How many were handed out.';
COMMENT ON COLUMN @desk@.part_exchange.installed IS 'How many of them were installed.';
COMMENT ON COLUMN @desk@.part_exchange.returned IS 'How many of them came back unused, or from loan.';
COMMENT ON COLUMN @desk@.part_exchange.lost IS 'How many of them were lost, with approval where the policy asks for it.';
COMMENT ON COLUMN @desk@.part_exchange.removed IS 'How many defective ones were taken out.';
COMMENT ON COLUMN @desk@.part_exchange.kept IS 'How many defective ones the customer kept.';
COMMENT ON COLUMN @desk@.part_exchange.defective_returned IS 'How many of those taken out are back in a store.';
COMMENT ON COLUMN @desk@.part_exchange.defective_lost IS 'How many of those taken out were lost or scrapped before they were back.';
COMMENT ON COLUMN @desk@.part_exchange.defective_part_no IS 'Part number of the defective one taken out or kept last.';
COMMENT ON COLUMN @desk@.part_exchange.defective_serial_no IS 'Its serial number.';
COMMENT ON COLUMN @desk@.part_exchange.issued_at IS 'When it was handed out, or the defective one taken out, whichever came first.';
COMMENT ON COLUMN @desk@.part_exchange.removed_at IS 'When the defective one was taken out last.';
COMMENT ON COLUMN @desk@.part_exchange.balanced_at IS 'When all was accounted for; NULL: outstanding.';

CREATE TABLE @desk@.stock_move (LIKE aftersales.stock_move_template INCLUDING ALL);
ALTER TABLE @desk@.stock_move
    ADD CONSTRAINT stock_move_part_fkey FOREIGN KEY (part_no) REFERENCES @desk@.part (part_no),
    ADD CONSTRAINT stock_move_from_fkey FOREIGN KEY (from_location) REFERENCES @desk@.stock_location (location),
    ADD CONSTRAINT stock_move_to_fkey FOREIGN KEY (to_location) REFERENCES @desk@.stock_location (location),
    ADD CONSTRAINT stock_move_ticket_fkey FOREIGN KEY (ticket_id) REFERENCES @desk@.ticket (ticket_id),
    ADD CONSTRAINT stock_move_exchange_fkey FOREIGN KEY (exchange_id) REFERENCES @desk@.part_exchange (exchange_id),
    ADD CONSTRAINT stock_move_substitute_fkey FOREIGN KEY (substitute_for) REFERENCES @desk@.part (part_no),
    ADD CONSTRAINT stock_move_slip_fkey FOREIGN KEY (slip_id) REFERENCES @desk@.stock_slip (slip_id),
    ADD CONSTRAINT stock_move_count_fkey FOREIGN KEY (count_id) REFERENCES @desk@.stock_count (count_id),
    ADD CONSTRAINT stock_move_reversal_fkey FOREIGN KEY (reversal_of) REFERENCES @desk@.stock_move (move_id);
-- Of indexes that look as good for an empty table, for which plans are made and
-- kept, the planner takes the one that was made last.
CREATE INDEX stock_move_part_idx ON @desk@.stock_move (part_no, serial_no);
CREATE INDEX stock_move_from_idx ON @desk@.stock_move (from_location, part_no, happened_at);
CREATE INDEX stock_move_to_idx ON @desk@.stock_move (to_location, part_no, happened_at);
CREATE INDEX stock_move_ticket_idx ON @desk@.stock_move (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX stock_move_reversal_of_key ON @desk@.stock_move (reversal_of) WHERE reversal_of IS NOT NULL;
CREATE INDEX stock_move_exchange_idx ON @desk@.stock_move (exchange_id) WHERE exchange_id IS NOT NULL;
CREATE INDEX stock_move_substitute_idx ON @desk@.stock_move (substitute_for) WHERE substitute_for IS NOT NULL;
CREATE INDEX stock_move_slip_idx ON @desk@.stock_move (slip_id) WHERE slip_id IS NOT NULL;
CREATE INDEX stock_move_count_idx ON @desk@.stock_move (count_id) WHERE count_id IS NOT NULL;
COMMENT ON TABLE @desk@.stock_move IS 'One row per move of parts: double entry, from one location to another. Append-only; a mistake is taken back by one reversal. All else in the ledger follows from these rows.';

CREATE TABLE @desk@.stock_balance (
    location    text NOT NULL CONSTRAINT stock_balance_location_fkey REFERENCES @desk@.stock_location (location),
    part_no     text NOT NULL CONSTRAINT stock_balance_part_fkey REFERENCES @desk@.part (part_no),
    condition   text NOT NULL,
    owner       text NOT NULL,
    quantity    numeric(14,3) NOT NULL,
    last_at     timestamptz NOT NULL,
    before_at   timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT stock_balance_pkey PRIMARY KEY (location, part_no, condition, owner)
) WITH (fillfactor = 50);
CREATE INDEX stock_balance_part_idx ON @desk@.stock_balance (part_no);
COMMENT ON TABLE @desk@.stock_balance IS 'One row per physical location, part, condition and owner that ever had any: what is there now, never below zero. Follows from stock_move; written by triggers only.';
COMMENT ON COLUMN @desk@.stock_balance.location IS 'The location.';
COMMENT ON COLUMN @desk@.stock_balance.part_no IS 'The part.';
COMMENT ON COLUMN @desk@.stock_balance.condition IS 'Its condition.';
COMMENT ON COLUMN @desk@.stock_balance.owner IS 'Whose the parts are.';
COMMENT ON COLUMN @desk@.stock_balance.quantity IS 'How many, in the part''s unit.';
COMMENT ON COLUMN @desk@.stock_balance.last_at IS 'Time of its latest move, or of the latest count of the location if that is later.';
COMMENT ON COLUMN @desk@.stock_balance.before_at IS 'last_at before the last write; the triggers'' own.';

CREATE TABLE @desk@.stock_serial (
    part_no     text NOT NULL CONSTRAINT stock_serial_part_fkey REFERENCES @desk@.part (part_no),
    serial_no   text NOT NULL,
    location    text NOT NULL CONSTRAINT stock_serial_location_fkey REFERENCES @desk@.stock_location (location),
    condition   text NOT NULL,
    owner       text NOT NULL,
    last_at     timestamptz NOT NULL,
    moves       integer NOT NULL,
    CONSTRAINT stock_serial_pkey PRIMARY KEY (part_no, serial_no)
) WITH (fillfactor = 70);
CREATE INDEX stock_serial_location_idx ON @desk@.stock_serial (location);
COMMENT ON TABLE @desk@.stock_serial IS 'One row per serial number: the one place it is in, virtual ones included. Its history are its moves. Follows from stock_move; written by triggers only.';
COMMENT ON COLUMN @desk@.stock_serial.part_no IS 'The part.';
COMMENT ON COLUMN @desk@.stock_serial.serial_no IS 'The serial number.';
COMMENT ON COLUMN @desk@.stock_serial.location IS 'Where it is.';
COMMENT ON COLUMN @desk@.stock_serial.condition IS 'Its condition.';
COMMENT ON COLUMN @desk@.stock_serial.owner IS 'Whose it is.';
COMMENT ON COLUMN @desk@.stock_serial.last_at IS 'Time of its latest move.';
COMMENT ON COLUMN @desk@.stock_serial.moves IS 'How many moves it has made.';

CREATE TABLE @desk@.stock_slip_line (LIKE aftersales.stock_slip_line_template INCLUDING ALL);
ALTER TABLE @desk@.stock_slip_line
    ADD CONSTRAINT stock_slip_line_slip_fkey FOREIGN KEY (slip_id) REFERENCES @desk@.stock_slip (slip_id),
    ADD CONSTRAINT stock_slip_line_part_fkey FOREIGN KEY (part_no) REFERENCES @desk@.part (part_no);
CREATE INDEX stock_slip_line_part_idx ON @desk@.stock_slip_line (part_no);
COMMENT ON TABLE @desk@.stock_slip_line IS 'One row per line of a slip; a move each when it is posted.';

CREATE TABLE @desk@.stock_count_line (LIKE aftersales.stock_count_line_template INCLUDING ALL);
ALTER TABLE @desk@.stock_count_line
    ADD CONSTRAINT stock_count_line_count_fkey FOREIGN KEY (count_id) REFERENCES @desk@.stock_count (count_id),
    ADD CONSTRAINT stock_count_line_part_fkey FOREIGN KEY (part_no) REFERENCES @desk@.part (part_no);
CREATE INDEX stock_count_line_part_idx ON @desk@.stock_count_line (part_no);
COMMENT ON TABLE @desk@.stock_count_line IS 'One row per part, condition, owner and serial number of a count: what the books said and what was counted.';

-- Whose repairs replaced which part.
ALTER TABLE @desk@.unit_part
    ADD COLUMN exchange_id bigint CONSTRAINT unit_part_exchange_fkey REFERENCES @desk@.part_exchange (exchange_id);
CREATE INDEX unit_part_exchange_idx ON @desk@.unit_part (exchange_id) WHERE exchange_id IS NOT NULL;
COMMENT ON COLUMN @desk@.unit_part.exchange_id IS 'Hand-out by which it was put in, or taken out, in the ledger.';
