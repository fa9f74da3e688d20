#include "aftersales.h"
PG_FUNCTION_INFO_V1(as_stock_judge);
PG_FUNCTION_INFO_V1(as_stock_record);
PG_FUNCTION_INFO_V1(as_keep_fixed);
PG_FUNCTION_INFO_V1(as_stock_purposes);
Datum as_stock_judge(PG_FUNCTION_ARGS) { elog(ERROR, "to come"); }
Datum as_stock_record(PG_FUNCTION_ARGS) { elog(ERROR, "to come"); }
Datum as_keep_fixed(PG_FUNCTION_ARGS) { elog(ERROR, "to come"); }
Datum as_stock_purposes(PG_FUNCTION_ARGS) { elog(ERROR, "to come"); }
