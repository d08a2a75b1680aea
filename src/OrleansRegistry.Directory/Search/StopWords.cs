using System.Collections.Frozen;

namespace OrleansRegistry.Directory;

/// <summary>Words that say nothing about what is looked for, as tokens: a query that has others goes without them.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> Words = Stems(
        """
        a an the and or of for to in on at by with from into as is are was were be been being do does did have has had it its this that these those
        i me my we us our you your he she they them their who whom what which when where why how can could will would shall should may might must not no
        if then than so such there here about over under up down out off all any some each both more most other only own same too very just also need want
        find get give show tell help please let use using used make agent agents someone something anything
        der die das den dem des ein eine einen einem einer und oder von fur zu im in am an auf mit aus bei als ist sind war waren wird werden ich mir mich
        wir uns sie er es ihr nicht kein keine wie was wer wo wann warum kann konnen soll muss
        el la los las un una unos unas y o de del al en por para con sin sobre como que quien cual cuando donde es son fue ser esta este esto yo me mi
        nos su sus no si mas muy puede quiero necesito
        """);

    public static bool Has(string token) => Words.Contains(token);

    private static FrozenSet<string> Stems(string words) =>
        words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(word => TextTokens.Stem(word).ToString()).ToFrozenSet(StringComparer.Ordinal);
}
