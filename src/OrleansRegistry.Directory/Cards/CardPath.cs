namespace OrleansRegistry.Directory;

/// <summary>
/// A place in a card, such as <c>skills[0].tags[2]</c>. Formatted only when a warning or error reports it. <c>default</c> is the card itself.
/// </summary>
internal readonly record struct CardPath(string? Name, int Index = -1, string? Member = null, int MemberIndex = -1)
{
    /// <summary>An item of the array here.</summary>
    public CardPath At(int index) => Member is null ? this with { Index = index } : this with { MemberIndex = index };

    /// <summary>A member of the object here.</summary>
    public CardPath To(string member) => (Name, Member) switch
    {
        (null, _) => new CardPath(member),
        (_, null) => this with { Member = member },
        _ => new CardPath(ToString(), Member: member),
    };

    public static implicit operator CardPath(string name) => new(name);

    public override string ToString() => Member is null ? Name + Item(Index) : $"{Name}{Item(Index)}.{Member}{Item(MemberIndex)}";

    private static string Item(int index) => index < 0 ? "" : $"[{index}]";
}
