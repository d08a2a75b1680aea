using System.Text;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Writes how far an agent is trusted: nothing of one of which nothing is known.</summary>
internal static class TrustJson
{
    private static readonly Dictionary<(bool, string), byte[]> Parts =
        TrustLevels.All.SelectMany(level => new[] { (false, level), (true, level) }).ToDictionary(part => part, part => Make(part.Item1, part.level));

    public static ReadOnlySpan<byte> Of(AgentRecord agent) => Parts.GetValueOrDefault((agent.DomainVerified, agent.TrustLevel));

    private static byte[] Make(bool isProved, string level) => Encoding.UTF8.GetBytes(
        (isProved ? ",\"domain_verified\":true" : "") + (level == TrustLevels.Unverified ? "" : $",\"trust_level\":\"{level}\""));
}
