namespace OrleansRegistry.Forwarding.Wire;

/// <summary>What is secret of the headers that go to an agent, to be left out of what the agent says about a request.</summary>
internal sealed class SecretTexts(IReadOnlyDictionary<string, string>? headers)
{
    /// <summary>Shorter ones stand in texts by chance.</summary>
    private const int Shortest = 4;

    // Longest first, so that none of a whole value is left. A scheme, as in "Bearer …", is no secret.
    private readonly string[] texts =
    [
        .. (headers?.Values ?? []).SelectMany(value => value.Split(' ') is [_, .. { Length: > 0 } rest] ? [value, .. rest] : (string[])[value])
            .Where(text => text.Length >= Shortest)
            .OrderByDescending(text => text.Length),
    ];

    public string Hide(string text)
    {
        foreach (var secret in texts)
        {
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        }

        return text;
    }
}
