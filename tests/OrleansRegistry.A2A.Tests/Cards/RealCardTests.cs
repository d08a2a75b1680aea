using Google.Protobuf;
using OrleansRegistry.A2A.Cards;
using Wire = OrleansRegistry.A2A.Grpc.Wire;

namespace OrleansRegistry.A2A.Tests.Cards;

/// <summary>Cards made of the real ones of shared/cards; REGISTRY_TEST_CARDS names another folder.</summary>
public sealed class RealCardTests
{
    private static readonly FrontedInterface[] Here = [new("https://r.example/a2a/a", "JSONRPC", "1.0")];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_card_that_is_made_of_one_is_read_by_protocol_buffers(bool isStrict)
    {
        // A card to be signed has nothing that the messages do not know.
        var parser = new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(!isStrict));
        foreach (var file in Cards())
        {
            var agent = new AgentRecord { Tenant = "t", Id = "a", Card = RawJson.FromValid(File.ReadAllBytes(file)), Revision = 1 };
            var made = FrontedCard.Make(agent, new(Streaming: true, PushNotifications: true), Here, "https://r.example/agents/a/card", isStrict);
            var json = System.Text.Encoding.UTF8.GetString(made.Span);
            try
            {
                var card = parser.Parse<Wire.AgentCard>(json);
                Assert.Equal("https://r.example/a2a/a", Assert.Single(card.SupportedInterfaces).Url);
                Assert.NotEmpty(card.Name);
                Assert.NotEmpty(card.Description);
                Assert.NotEmpty(card.Version);
                Assert.NotEmpty(card.DefaultInputModes);
                Assert.NotEmpty(card.DefaultOutputModes);
                Assert.NotEmpty(card.Skills);
                Assert.Empty(card.Signatures);
                Assert.All(card.Skills, skill => Assert.NotEmpty(skill.Id));
            }
            catch (InvalidProtocolBufferException fault)
            {
                Assert.Fail($"{Path.GetFileName(file)}: {fault.Message}\n{json}");
            }
        }
    }

    private static string[] Cards()
    {
        var root = Environment.GetEnvironmentVariable("REGISTRY_TEST_CARDS");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null && root is null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "cards");
            root = System.IO.Directory.Exists(candidate) ? candidate : null;
        }

        var cards = root is null ? null : Path.Combine(root, "good");
        if (cards is null || !System.IO.Directory.Exists(cards))
        {
            Assert.Skip("No cards: there is no folder ../shared/cards, and REGISTRY_TEST_CARDS names none.");
        }

        var files = System.IO.Directory.GetFiles(cards, "*.json");
        Assert.NotEmpty(files);
        return files;
    }
}
