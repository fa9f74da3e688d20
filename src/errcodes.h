/*-------------------------------------------------------------------------
 *
 * errcodes.h
 *	  SQLSTATEs of aftersales: class SV.
 *
 * None of them is worth a retry; 40001, 40P01 and 55P03 are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AFTERSALES_ERRCODES_H
#define AFTERSALES_ERRCODES_H

#define ERRCODE_SV_TRANSITION_NOT_ALLOWED	MAKE_SQLSTATE('S', 'V', '0', '0', '1')
#define ERRCODE_SV_GUARD_NOT_MET			MAKE_SQLSTATE('S', 'V', '0', '0', '2')
#define ERRCODE_SV_ROLE_NOT_ALLOWED			MAKE_SQLSTATE('S', 'V', '0', '0', '3')
#define ERRCODE_SV_PROTECTED				MAKE_SQLSTATE('S', 'V', '0', '0', '4')
#define ERRCODE_SV_TIME_OUT_OF_ORDER		MAKE_SQLSTATE('S', 'V', '0', '0', '5')
#define ERRCODE_SV_INSUFFICIENT_STOCK		MAKE_SQLSTATE('S', 'V', '0', '0', '6')
#define ERRCODE_SV_PARTS_NOT_BALANCED		MAKE_SQLSTATE('S', 'V', '0', '0', '7')
#define ERRCODE_SV_NOT_APPROVED				MAKE_SQLSTATE('S', 'V', '0', '0', '8')
#define ERRCODE_SV_CHARGE_NOT_ALLOWED		MAKE_SQLSTATE('S', 'V', '0', '0', '9')
#define ERRCODE_SV_UNKNOWN_VALUE			MAKE_SQLSTATE('S', 'V', '0', '1', '0')
#define ERRCODE_SV_UNSOUND_POLICY			MAKE_SQLSTATE('S', 'V', '0', '1', '1')
#define ERRCODE_SV_CLOCK_EXPIRED			MAKE_SQLSTATE('S', 'V', '0', '1', '2')
#define ERRCODE_SV_OTHER_CONTENTS			MAKE_SQLSTATE('S', 'V', '0', '1', '3')
#define ERRCODE_SV_WHICH_DESK				MAKE_SQLSTATE('S', 'V', '0', '1', '4')

#endif							/* AFTERSALES_ERRCODES_H */
