package column

// hiveNull is the folder name that stands for null in a Hive-partitioned path.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// Constant fills v with n rows of one text, as the partition columns of a path have;
// the value __HIVE_DEFAULT_PARTITION__ is null. The Dict is Shared and stays the same
// while v is filled with the same value.
func Constant(value string, n int, v *Vector) {
	d := v.Dict
	if d == nil || !d.Shared || d.Len() != 1 || string(d.Bytes) != value {
		d = &Dict{Bytes: []byte(value), Start: []uint32{0, uint32(len(value))}, Shared: true}
	}
	*v = Vector{N: n, Dict: d, Code: resize(v.Code, n), Null: v.Null}
	clear(v.Code)
	if value != hiveNull {
		v.Null = nil
		return
	}
	v.Null = resize(v.Null, n)
	for i := range v.Null {
		v.Null[i] = true
	}
}
