namespace Orleans.Runtime;

/// <summary>A part of a grain's identity: a string whose hash is computed once.</summary>
public readonly struct IdSpan : IEquatable<IdSpan>
{
    private readonly string? _value;
    private readonly int _hash;

    private IdSpan(string value)
    {
        _value = value;
        _hash = string.GetHashCode(value, StringComparison.Ordinal);
    }

    public bool IsDefault => string.IsNullOrEmpty(_value);
    public static IdSpan Create(string id) => new(id);
    public bool Equals(IdSpan other) => _hash == other._hash && string.Equals(_value, other._value, StringComparison.Ordinal);
    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);
    public override int GetHashCode() => _hash;
    public override string ToString() => _value ?? "";
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}

/// <summary>The kind of a grain: by convention its class name in lower case, without "grain" at the end.</summary>
public readonly record struct GrainType(IdSpan Value)
{
    public bool IsDefault => Value.IsDefault;

    public static GrainType Create(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return new(IdSpan.Create(value));
    }

    public override string ToString() => Value.ToString();
}

/// <summary>The identity of a grain: its kind and its key, written <c>type/key</c>.</summary>
public readonly record struct GrainId
{
    private GrainId(GrainType type, IdSpan key)
    {
        Type = type;
        Key = key;
    }

    public GrainType Type { get; }
    public IdSpan Key { get; }
    public bool IsDefault => Type.IsDefault && Key.IsDefault;
    public static GrainId Create(string type, string key) => Create(GrainType.Create(type), key);
    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    public static GrainId Create(GrainType type, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new(type, IdSpan.Create(key));
    }

    /// <exception cref="ArgumentException">There is no <c>/</c> in <paramref name="value"/>.</exception>
    public static GrainId Parse(string value) => value.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash
        ? new(new(IdSpan.Create(value[..slash])), IdSpan.Create(value[(slash + 1)..]))
        : throw new ArgumentException($"\"{value}\" is not a grain id: it must be type/key.", nameof(value));

    public override string ToString() => $"{Type}/{Key}";
}
