package store

import "context"

// Files is wherever a name says: an object store, or else this machine.
type Files struct{}

// List implements Store.
func (Files) List(ctx context.Context, source string, endings ...string) ([]Object, error) {
	s, err := of(source)
	if err != nil {
		return nil, err
	}
	return s.List(ctx, source, endings...)
}

// Open implements Store.
func (Files) Open(ctx context.Context, o Object) (Reader, error) {
	s, err := of(o.Name)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, o)
}

func of(name string) (Store, error) {
	if !IsRemote(name) {
		return Dir{}, nil
	}
	r, err := RemoteOf(name)
	if err != nil {
		return nil, unreadable(err)
	}
	return r, nil
}
