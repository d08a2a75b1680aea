using EmbeddedOrleans.Tests.Support;

namespace EmbeddedOrleans.Tests;

public sealed class TurnsEmbedded(EmbeddedEngine engine) : Turns(engine);

public sealed class ActivationsEmbedded(EmbeddedEngine engine) : Activations(engine);

public sealed class StatesEmbedded(EmbeddedEngine engine) : States(engine);

public sealed class TimersEmbedded(EmbeddedEngine engine) : Timers(engine);

public sealed class ObserversEmbedded(EmbeddedEngine engine) : Observers(engine);
