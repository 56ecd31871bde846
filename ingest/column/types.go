package column

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// maxDecimalPrecision is that of the widest decimals in use (Spark, Hive, DuckDB).
const maxDecimalPrecision = 38

// typeOf describes a flat column. createdBy is the footer's name of the writer.
//
// An INT96 timestamp does not say whether it is local. Spark and Hive write UTC,
// Impala writes wall-clock time: UTC unless the file was created by Impala.
func typeOf(e *format.SchemaElement, createdBy string) Type {
	if t, ok := logicalType(e); ok {
		return t
	}
	physical := e.Type.V
	switch physical {
	case format.Boolean:
		return Type{Kind: Bool, Name: "BOOLEAN"}
	case format.Int32, format.Int64:
		return Type{Kind: Int, Name: physical.String()}
	case format.Int96:
		return Type{Kind: Timestamp, Unit: Nano, UTC: !strings.HasPrefix(createdBy, "impala"), Name: "INT96"}
	case format.Float, format.Double:
		return Type{Kind: Float, Name: physical.String()}
	case format.ByteArray:
		return Type{Kind: Text, Name: "BYTE_ARRAY"}
	case format.FixedLenByteArray:
		if e.TypeLength.V <= 0 || e.TypeLength.V > maxPageBytes {
			return unsupported("FIXED_LEN_BYTE_ARRAY", "its length is missing or impossible: export the file again")
		}
		return Type{Kind: Text, Name: fmt.Sprintf("FIXED_LEN_BYTE_ARRAY(%d)", e.TypeLength.V)}
	}
	return unsupported(fmt.Sprintf("type %d", physical), "this physical type is not part of Parquet: export the file again")
}

func unsupported(name, why string) Type {
	return Type{Kind: Unsupported, Name: name, Why: why}
}

// logicalType applies the annotation of a column, the new form before the old one;
// ok is false where there is none that changes how values are read.
func logicalType(e *format.SchemaElement) (t Type, ok bool) {
	switch a := e.LogicalType.Value.(type) {
	case nil:
		return convertedType(e)
	case *format.StringType, *format.EnumType, *format.JsonType:
		return require(e, Type{Kind: Text, Name: strings.ToUpper(fmt.Sprint(a))}, format.ByteArray)
	case *format.UUIDType:
		if e.TypeLength.V != uuidBytes {
			return unsupported("UUID", "a UUID must have 16 bytes: export the file again"), true
		}
		return require(e, Type{Kind: Text, Name: uuidName}, format.FixedLenByteArray)
	case *format.DecimalType:
		return decimalType(e, a.Precision, a.Scale)
	case *format.DateType:
		return require(e, Type{Kind: Date, Name: "DATE"}, format.Int32)
	case *format.TimestampType:
		return timestampType(e, a)
	case *format.IntType:
		return intType(e, int(a.BitWidth), a.IsSigned)
	case *format.TimeType:
		return unsupported("TIME", whyTime), true
	case *format.Float16Type:
		return unsupported("FLOAT16", "half-precision numbers are not read: export the column as DOUBLE or DECIMAL"), true
	case *format.NullType:
		return Type{}, false // every value is null, whatever the physical type
	default:
		return unsupported(fmt.Sprint(a), whyBinary), true
	}
}

const (
	whyTime   = "a time of day has no date: export a DATE or TIMESTAMP column"
	whyBinary = "values of this type are not text, number or time: export the column as one of these"
)

// convertedType applies the old form of annotations.
func convertedType(e *format.SchemaElement) (t Type, ok bool) {
	if !e.ConvertedType.Valid {
		return Type{}, false
	}
	switch e.ConvertedType.V {
	case deprecated.UTF8:
		return require(e, Type{Kind: Text, Name: "STRING"}, format.ByteArray)
	case deprecated.Enum:
		return require(e, Type{Kind: Text, Name: "ENUM"}, format.ByteArray)
	case deprecated.Json:
		return require(e, Type{Kind: Text, Name: "JSON"}, format.ByteArray)
	case deprecated.Decimal:
		return decimalType(e, e.Precision.V, e.Scale.V)
	case deprecated.Date:
		return require(e, Type{Kind: Date, Name: "DATE"}, format.Int32)
	case deprecated.TimestampMillis:
		return require(e, Type{Kind: Timestamp, Unit: Milli, UTC: true, Name: "TIMESTAMP(MILLIS,UTC)"}, format.Int64)
	case deprecated.TimestampMicros:
		return require(e, Type{Kind: Timestamp, Unit: Micro, UTC: true, Name: "TIMESTAMP(MICROS,UTC)"}, format.Int64)
	case deprecated.TimeMillis, deprecated.TimeMicros:
		return unsupported("TIME", whyTime), true
	case deprecated.Bson:
		return unsupported("BSON", whyBinary), true
	case deprecated.Interval:
		return unsupported("INTERVAL", "an interval has no date: export a DATE or TIMESTAMP column"), true
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return intType(e, 8<<(e.ConvertedType.V-deprecated.Int8), true)
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return intType(e, 8<<(e.ConvertedType.V-deprecated.Uint8), false)
	}
	return Type{}, false
}

// require is t if the values are stored as the format prescribes for it.
func require(e *format.SchemaElement, t Type, physical format.Type) (Type, bool) {
	if e.Type.V != physical {
		return unsupported(t.Name, fmt.Sprintf("%s must be stored as %s but is %s: export the file again", t.Name, physical, e.Type.V)), true
	}
	return t, true
}

func intType(e *format.SchemaElement, bits int, signed bool) (Type, bool) {
	t := Type{Kind: Int, Name: fmt.Sprintf("INT%d", bits)}
	if !signed {
		t.Name = "U" + t.Name
	}
	if bits == 64 {
		return require(e, t, format.Int64)
	}
	return require(e, t, format.Int32)
}

func timestampType(e *format.SchemaElement, a *format.TimestampType) (Type, bool) {
	t := Type{Kind: Timestamp, UTC: a.IsAdjustedToUTC}
	zone := "LOCAL"
	if t.UTC {
		zone = "UTC"
	}
	switch a.Unit.Value.(type) {
	case *format.MilliSeconds:
		t.Unit = Milli
	case *format.MicroSeconds:
		t.Unit = Micro
	case *format.NanoSeconds:
		t.Unit = Nano
	default:
		return unsupported("TIMESTAMP", "its unit is unknown: export it in milliseconds, microseconds or nanoseconds"), true
	}
	t.Name = fmt.Sprintf("TIMESTAMP(%s,%s)", &a.Unit, zone)
	return require(e, t, format.Int64)
}

func decimalType(e *format.SchemaElement, precision, scale int32) (Type, bool) {
	name := fmt.Sprintf("DECIMAL(%d,%d)", precision, scale)
	switch {
	case precision < 1 || precision > maxDecimalPrecision || scale < 0 || scale > precision:
		return unsupported(name, fmt.Sprintf("the precision must be 1 to %d and the scale 0 to the precision: export the column with fewer digits", maxDecimalPrecision)), true
	case e.Type.V == format.FixedLenByteArray && e.TypeLength.V <= 0:
		return unsupported(name, "its length is missing: export the file again"), true
	case e.Type.V == format.FixedLenByteArray || e.Type.V == format.ByteArray:
		return Type{Kind: Decimal, Scale: int(min(scale, heldPlaces)), Name: name}, true
	case e.Type.V == format.Int32 || e.Type.V == format.Int64:
		return Type{Kind: Decimal, Scale: int(scale), Name: name}, true
	}
	return unsupported(name, fmt.Sprintf("decimals cannot be stored as %s: export the file again", e.Type.V)), true
}

// declaredScale is the scale of a decimal column in the file.
func declaredScale(e *format.SchemaElement) int {
	if a, ok := e.LogicalType.Value.(*format.DecimalType); ok {
		return int(a.Scale)
	}
	return int(e.Scale.V)
}

// unsigned reports whether an integer column is annotated as unsigned.
func unsigned(e *format.SchemaElement) bool {
	if a, ok := e.LogicalType.Value.(*format.IntType); ok {
		return !a.IsSigned
	}
	return e.LogicalType.Value == nil && e.ConvertedType.Valid &&
		e.ConvertedType.V >= deprecated.Uint8 && e.ConvertedType.V <= deprecated.Uint64
}
