#include "aftersales.h"
#include "stock.h"
void as_exchange_find(AsStatement *st, StockMove *m) { }
bool as_exchange_apply(AsStatement *st, StockMove *m, const TicketRow *ticket, const PolicyVersion *pv) { return false; }
