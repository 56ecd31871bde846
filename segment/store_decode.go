package segment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
)

const (
	mostStored = 256 << 20 // bytes of a file
	mostMemory = 1 << 30   // bytes that a file may ask for
	mostNested = 8         // models within models
)

// reader reads what writer writes, and nothing else: every field once, no others. It never allocates by what a file claims, only by what it holds.
type reader struct {
	tokens *json.Decoder
	memory int // bytes asked for so far
	nested int
}

// decode reads a document into what to points to. The error says where in it.
func decode(b []byte, to any) error {
	if len(b) > mostStored {
		return fmt.Errorf("it has %d bytes; expected at most %d", len(b), mostStored)
	}
	r := &reader{tokens: json.NewDecoder(bytes.NewReader(b))}
	r.tokens.UseNumber()
	if err := r.value(reflect.ValueOf(to).Elem(), false, "model"); err != nil {
		return err
	}
	if _, err := r.tokens.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after the end of the model")
	}
	return nil
}

func (r *reader) next(where string) (json.Token, error) {
	t, err := r.tokens.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return t, nil
}

// spend bounds what a hostile file can make of few bytes.
func (r *reader) spend(t reflect.Type, where string) error {
	if r.memory += int(t.Size()) + 16; r.memory > mostMemory {
		return fmt.Errorf("%s: the file asks for more than %d MB", where, mostMemory>>20)
	}
	return nil
}

func unlike(where string, want string, got json.Token) error {
	text := fmt.Sprintf("%v", got)
	if len(text) > 40 {
		text = text[:40] + "…"
	}
	return fmt.Errorf("%s is %q; expected %s", where, text, want)
}

func (r *reader) value(v reflect.Value, may bool, where string) error {
	t, err := r.next(where)
	if err != nil {
		return err
	}
	return r.token(v, t, may, where)
}

// token reads a value that begins with a token.
func (r *reader) token(v reflect.Value, t json.Token, may bool, where string) error {
	switch v.Type() {
	case dayType:
		return readDay(v, t, where)
	case periodType:
		text, _ := t.(string)
		p, ok := parsePeriod(text)
		if !ok {
			return unlike(where, "week, month, quarter or year", t)
		}
		v.SetUint(uint64(p))
		return nil
	case matrixType:
		return r.matrix(v, t, where)
	}
	if t == nil {
		switch {
		case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface || v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
			return nil
		case v.Kind() == reflect.Float64 && may:
			v.SetFloat(math.NaN())
			return nil
		}
		return unlike(where, "a value", t)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if err := r.spend(v.Type().Elem(), where); err != nil {
			return err
		}
		v.Set(reflect.New(v.Type().Elem()))
		return r.token(v.Elem(), t, may, where)
	case reflect.Interface:
		return r.union(v, t, may, where)
	case reflect.Struct:
		if t != json.Delim('{') {
			return unlike(where, "{", t)
		}
		return r.object(v, may, where)
	case reflect.Slice, reflect.Array:
		return r.list(v, t, may, where)
	case reflect.Map:
		return r.dictionary(v, t, may, where)
	}
	return readScalar(v, t, may, where)
}

// union reads a model of any kind, whose name comes first.
func (r *reader) union(v reflect.Value, t json.Token, may bool, where string) error {
	if t != json.Delim('{') {
		return unlike(where, "a model", t)
	}
	if r.nested++; r.nested > mostNested {
		return fmt.Errorf("%s: models within models, more than %d deep", where, mostNested)
	}
	defer func() { r.nested-- }()
	for _, want := range []string{"kind", ""} {
		t, err := r.next(where)
		if err != nil {
			return err
		}
		text, ok := t.(string)
		if want != "" {
			if text != want {
				return unlike(where, "its kind first", t)
			}
			continue
		}
		of, known := storedKinds[text]
		if !ok || !known || !of.Implements(v.Type()) {
			return unlike(where+".kind", "a kind of model that this mainstay knows here", t)
		}
		inner := reflect.New(of).Elem()
		into := inner
		if of.Kind() == reflect.Pointer {
			inner.Set(reflect.New(of.Elem()))
			into = inner.Elem()
		}
		if err := r.object(into, may, where); err != nil {
			return err
		}
		v.Set(inner)
	}
	return nil
}

// object reads the fields of a struct, up to its end.
func (r *reader) object(v reflect.Value, may bool, where string) error {
	members := storedFields(v.Type())
	seen := make([]bool, len(members))
	for {
		t, err := r.next(where)
		if err != nil {
			return err
		}
		if t == json.Delim('}') {
			break
		}
		k := -1
		for i := range members {
			if members[i].name == t {
				k = i
			}
		}
		if k < 0 || seen[k] {
			return unlike(where, "a field of it, each once", t)
		}
		seen[k] = true
		if err := r.value(v.Field(members[k].index), may || members[k].loose, where+"."+members[k].name); err != nil {
			return err
		}
	}
	for k, ok := range seen {
		if !ok {
			return fmt.Errorf("%s.%s is missing", where, members[k].name)
		}
	}
	return nil
}

func (r *reader) list(v reflect.Value, t json.Token, may bool, where string) error {
	if t != json.Delim('[') {
		return unlike(where, "a list", t)
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for i := 0; ; i++ {
		at := where + "[" + strconv.Itoa(i) + "]"
		t, err := r.next(at)
		if err != nil {
			return err
		}
		if t == json.Delim(']') {
			if v.Kind() == reflect.Array && i < v.Len() {
				return fmt.Errorf("%s has %d values; expected %d", where, i, v.Len())
			}
			return nil
		}
		if v.Kind() == reflect.Array {
			if i >= v.Len() {
				return fmt.Errorf("%s has more than %d values", where, v.Len())
			}
		} else {
			if err := r.spend(v.Type().Elem(), where); err != nil {
				return err
			}
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		}
		if err := r.token(v.Index(i), t, may, at); err != nil {
			return err
		}
	}
}

func (r *reader) dictionary(v reflect.Value, t json.Token, may bool, where string) error {
	if t != json.Delim('{') {
		return unlike(where, "{", t)
	}
	v.Set(reflect.MakeMap(v.Type()))
	for {
		t, err := r.next(where)
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return nil // the end: all else are names
		}
		key := reflect.ValueOf(original(name))
		if v.MapIndex(key).IsValid() {
			return unlike(where, "every name once", t)
		}
		if err := r.spend(v.Type().Elem(), where); err != nil {
			return err
		}
		value := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(value, may, where+"."+name); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
}
