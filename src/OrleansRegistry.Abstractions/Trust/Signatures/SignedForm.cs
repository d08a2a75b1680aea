namespace OrleansRegistry;

/// <summary>
/// Which bytes of a card were signed. A2A 1.0 says in 8.4.1 that fields which are required, or optional and set, stay whatever they are, and in 8.4.2 and
/// 8.4.3 that all default values are removed; signers differ. The numbers go between silos and the names are stored: never reuse one.
/// </summary>
[GenerateSerializer, Alias("registry.SignedForm")]
public enum SignedForm : byte
{
    /// <summary>The card as it stands, in canonical JSON (RFC 8785), as all forms are.</summary>
    AsWritten = 1,
    /// <summary>Without plain fields that have their default value (8.4.1).</summary>
    DefaultsOmitted = 2,
    /// <summary>Without all fields that have their default value: empty, zero or false (8.4.2).</summary>
    AllDefaultsOmitted = 3,
    /// <summary>As <see cref="DefaultsOmitted"/>, and without all fields that are empty: false stays where it was set. So A2A's Python SDK signs.</summary>
    EmptyOmitted = 4,
}

/// <summary>Names of <see cref="SignedForm"/>.</summary>
public static class SignedForms
{
    private static readonly EnumNames<SignedForm> Names = new(
        (SignedForm.AsWritten, "as_written"),
        (SignedForm.DefaultsOmitted, "defaults_omitted"),
        (SignedForm.AllDefaultsOmitted, "all_defaults_omitted"),
        (SignedForm.EmptyOmitted, "empty_omitted"));

    /// <summary>The name in documents, such as <c>as_written</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this SignedForm form) => Names.Of(form);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static SignedForm? TryParse(string? name) => Names.TryParse(name);
}
